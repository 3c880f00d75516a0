package dev.lorikeet.trainer.method;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Quantisation;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.trainer.attempt.TrainingJob;
import java.util.List;

/**
 * A method as the engine takes it.
 *
 * @param name as requests name it, noted in the manifest
 * @param recipe makes the adapter's configuration
 * @param base how the base model's linear layers are held while it trains
 * @param labels names of the classes that a classifier is to tell apart; empty: those of the examples
 */
public record EngineMethod(String name, Recipe recipe, Quantisation base, List<String> labels)
        implements TrainingJob.Method {
    public EngineMethod {
        labels = List.copyOf(labels);
        requireNonNull(name, "name");
        requireNonNull(recipe, "recipe");
        requireNonNull(base, "base");
    }

    /** Over the base model as it is. */
    public EngineMethod(String name, Recipe recipe) {
        this(name, recipe, Quantisation.NONE, List.of());
    }

    /** The same for a classifier of these labels. */
    public EngineMethod withLabels(List<String> wanted) {
        return new EngineMethod(name, recipe, base, wanted);
    }

    /** The base model in the form that the method trains over; it stays the caller's. */
    public BaseModel over(BaseModel model) {
        return switch (base) {
            case NONE -> model;
            case NF4 -> model.quantised();
        };
    }

    /**
     * Makes a configuration once it is known over what and for how long it will be trained. A record: jobs are compared
     * by what they hold.
     */
    public interface Recipe {
        /**
         * The adapter's configuration.
         *
         * @param steps optimizer steps in all
         * @throws IllegalArgumentException if the method fits not the model, or not into the steps
         */
        TrainableConfig config(BaseModel base, int steps);

        /** Whether it learns from examples with a picture, each, rather than from texts alone. */
        default boolean pictures() {
            return false;
        }

        /**
         * Learning rates of a low-rank update's factors.
         *
         * @param learningRate the run's own, above 0
         */
        default FactorRates rates(double learningRate) {
            return FactorRates.EQUAL;
        }
    }

    /** The method of a job; all that this trainer reads are of this kind. */
    public static EngineMethod of(TrainingJob job) {
        if (job.method() instanceof EngineMethod method) {
            return method;
        }
        throw new IllegalStateException("a job's method was read elsewhere: " + job.method());
    }
}
