package dev.lorikeet.trainer.kafka;

import com.google.protobuf.Duration;
import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.proto.training.v1.Hyperparameters;
import dev.lorikeet.proto.training.v1.LearningRateSchedule;
import dev.lorikeet.proto.training.v1.LoraMethod;
import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.proto.training.v1.TrainingRequest;

/** What a scheduler sends, for tests. */
public final class Requests {
    private Requests() {}

    /** A command to the first life of trainer-1, still without content. */
    public static TrainerCommand.Builder command() {
        return TrainerCommand.newBuilder().setTrainer("trainer-1").setIncarnation("life-1");
    }

    /** A small request with every default filled in. */
    public static TrainingRequest request(String adapter, String baseModel, String datasetSha256) {
        return TrainingRequest.newBuilder()
                .setAdapter(adapter)
                .setBaseModel(baseModel)
                .setDatasetUri("datasets/" + datasetSha256 + ".jsonl")
                .setMethod(Method.newBuilder()
                        .setLora(LoraMethod.newBuilder().setRank(4).setAlpha(8).addTargetModules("all-linear")))
                .setHyperparameters(Hyperparameters.newBuilder()
                        .setMaxSteps(10)
                        .setBatchSize(2)
                        .setGradientAccumulationSteps(1)
                        .setLearningRate(1e-2)
                        .setSchedule(LearningRateSchedule.LEARNING_RATE_SCHEDULE_LINEAR)
                        .setWeightDecay(0.01)
                        .setMaxGradientNorm(1)
                        .setMaxSequenceLength(128)
                        .setCheckpointEverySteps(5)
                        .setReportEverySteps(1))
                .setSeed(7)
                .putMetadata("team", "support")
                .build();
    }

    /** An assignment of tenant acme with a lease of 30.5 seconds. */
    public static Assignment assignment(String job, int attempt, TrainingRequest request) {
        return Assignment.newBuilder()
                .setJob(job)
                .setAttempt(attempt)
                .setTenant("acme")
                .setRequest(request)
                .setLease(Duration.newBuilder().setSeconds(30).setNanos(500_000_000))
                .build();
    }
}
