package dev.lorikeet.cli.job;

import dev.lorikeet.proto.training.v1.Hyperparameters;
import dev.lorikeet.proto.training.v1.LearningRateSchedule;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to train, as options. What is not given is left out of the request: the platform's defaults apply. */
final class RequestOptions {

    @Option(names = "--base-model", paramLabel = "NAME", description = "Default: the platform's.")
    private @Nullable String baseModel;

    @Mixin
    private MethodOptions method = new MethodOptions();

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the dataset (platform default: 3).")
    private int epochs;

    @Option(names = "--max-steps", paramLabel = "N", description = "Optimizer steps, instead of epochs.")
    private int maxSteps;

    @Option(names = "--batch-size", paramLabel = "N", description = "Examples in a batch (platform default: 4).")
    private int batchSize;

    @Option(
            names = "--gradient-accumulation-steps",
            paramLabel = "N",
            description = "Batches that make one optimizer step (platform default: 1).")
    private int accumulation;

    @Option(names = "--learning-rate", paramLabel = "X", description = "Peak learning rate (platform default: 2e-4).")
    private double learningRate;

    @Option(names = "--schedule", paramLabel = "NAME", description = "cosine (platform default), constant, linear.")
    private @Nullable Schedule schedule;

    @Option(names = "--warmup-steps", paramLabel = "N", description = "Steps of linear warm-up (default: 3 %%).")
    private @Nullable Integer warmupSteps;

    @Option(
            names = "--validation-split",
            paramLabel = "P",
            description = "Share of the examples held out; the step that does best over them is published.")
    private double validationSplit;

    @Option(
            names = "--evaluate-every-steps",
            paramLabel = "N",
            description = "Steps between measurements over the held-out examples (platform default: 20).")
    private int evaluateEverySteps;

    @Option(
            names = "--early-stopping-patience",
            paramLabel = "N",
            description = "End after so many measurements without a new best.")
    private int earlyStoppingPatience;

    @Option(
            names = "--gradient-checkpointing",
            description = "Compute layers again rather than keep them: less memory, more time.")
    private boolean gradientCheckpointing;

    @Option(
            names = "--max-sequence-length",
            paramLabel = "N",
            description = "Longest example in tokens (default: 512).")
    private int maxSequenceLength;

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "Among your own jobs, higher runs first: -100 to 100.")
    private int priority;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same adapter.")
    private @Nullable Long seed;

    @Option(names = "--metadata", paramLabel = "KEY=VALUE", description = "A label of your own; may be given again.")
    private Map<String, String> metadata = Map.of();

    @Option(
            names = "--label",
            paramLabel = "NAME",
            description = "Over an encoder, a class to tell apart; given again for each, in their order (default: the"
                    + " dataset's own).")
    private List<String> labels = List.of();

    /** Schedules as people write them. */
    enum Schedule {
        COSINE,
        CONSTANT,
        LINEAR
    }

    /** The request without its dataset. */
    TrainingRequest.Builder request(String adapter) {
        Hyperparameters.Builder hyperparameters = Hyperparameters.newBuilder()
                .setEpochs(epochs)
                .setMaxSteps(maxSteps)
                .setBatchSize(batchSize)
                .setGradientAccumulationSteps(accumulation)
                .setLearningRate(learningRate)
                .setMaxSequenceLength(maxSequenceLength)
                .setGradientCheckpointing(gradientCheckpointing)
                .setValidationSplit(validationSplit)
                .setEvaluateEverySteps(evaluateEverySteps)
                .setEarlyStoppingPatience(earlyStoppingPatience);
        if (schedule != null) {
            hyperparameters.setSchedule(
                    switch (schedule) {
                        case COSINE -> LearningRateSchedule.LEARNING_RATE_SCHEDULE_COSINE;
                        case CONSTANT -> LearningRateSchedule.LEARNING_RATE_SCHEDULE_CONSTANT;
                        case LINEAR -> LearningRateSchedule.LEARNING_RATE_SCHEDULE_LINEAR;
                    });
        }
        if (warmupSteps != null) {
            hyperparameters.setWarmupSteps(warmupSteps);
        }
        TrainingRequest.Builder request = TrainingRequest.newBuilder()
                .setAdapter(adapter)
                .setMethod(method.method())
                .setHyperparameters(hyperparameters)
                .setPriority(priority)
                .putAllMetadata(metadata)
                .addAllLabels(labels);
        if (baseModel != null) {
            request.setBaseModel(baseModel);
        }
        if (seed != null) {
            request.setSeed(seed);
        }
        return request;
    }
}
