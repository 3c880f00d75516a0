package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.train.AdamWSettings;
import dev.lorikeet.engine.train.Batching;
import dev.lorikeet.engine.train.Length;
import dev.lorikeet.engine.train.Schedule;
import dev.lorikeet.engine.train.TrainingOptions;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.EngineMethod;

/** The engine's settings for a job. */
final class EngineSettings {
    private static final double WARM_UP_SHARE = 0.03;

    private EngineSettings() {}

    /**
     * How the engine trains.
     *
     * @param examples how many there are
     * @throws IllegalArgumentException if the engine refuses it
     */
    static TrainingOptions options(TrainingJob job, int examples) {
        TrainingJob.Hyperparameters from = job.hyperparameters();
        Length length = from.maxSteps() > 0 ? new Length.Steps(from.maxSteps()) : new Length.Epochs(from.epochs());
        int window = Math.multiplyExact(from.batchSize(), from.accumulation());
        int steps = length.totalSteps(Math.ceilDiv(examples, window));
        int warmUp = from.warmupSteps() >= 0 ? from.warmupSteps() : (int) Math.ceil(WARM_UP_SHARE * steps);
        AdamWSettings torch = AdamWSettings.DEFAULT;
        return new TrainingOptions(
                new Batching(from.batchSize(), from.accumulation(), from.packing() ? from.maxTokens() : 0),
                length,
                new Schedule(shape(from.schedule()), from.learningRate(), warmUp),
                new AdamWSettings(
                        torch.beta1(),
                        torch.beta2(),
                        torch.epsilon(),
                        from.weightDecay(),
                        from.maxGradientNorm(),
                        EngineMethod.of(job).recipe().rates(from.learningRate())),
                from.recompute(),
                job.seed());
    }

    private static Schedule.Shape shape(TrainingJob.Schedule schedule) {
        return switch (schedule) {
            case COSINE -> Schedule.Shape.COSINE;
            case CONSTANT -> Schedule.Shape.CONSTANT;
            case LINEAR -> Schedule.Shape.LINEAR;
        };
    }
}
