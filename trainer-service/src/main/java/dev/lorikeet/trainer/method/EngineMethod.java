package dev.lorikeet.trainer.method;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.trainer.attempt.TrainingJob;

/**
 * A method as the engine takes it.
 *
 * @param name as requests name it, noted in the manifest
 * @param recipe makes the adapter's configuration
 */
public record EngineMethod(String name, Recipe recipe) implements TrainingJob.Method {
    public EngineMethod {
        requireNonNull(name, "name");
        requireNonNull(recipe, "recipe");
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
    }

    /** The method of a job; all that this trainer reads are of this kind. */
    public static EngineMethod of(TrainingJob job) {
        if (job.method() instanceof EngineMethod method) {
            return method;
        }
        throw new IllegalStateException("a job's method was read elsewhere: " + job.method());
    }
}
