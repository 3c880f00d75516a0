package dev.lorikeet.trainer.method;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.trainer.attempt.TrainingJob;

/**
 * A method as the engine takes it.
 *
 * @param name as requests name it, noted in the manifest
 * @param config the adapter's configuration
 */
public record EngineMethod(String name, TrainableConfig config) implements TrainingJob.Method {
    public EngineMethod {
        requireNonNull(name, "name");
        requireNonNull(config, "config");
    }

    /** The method of a job; all that this trainer reads are of this kind. */
    public static EngineMethod of(TrainingJob job) {
        if (job.method() instanceof EngineMethod method) {
            return method;
        }
        throw new IllegalStateException("a job's method was read elsewhere: " + job.method());
    }
}
