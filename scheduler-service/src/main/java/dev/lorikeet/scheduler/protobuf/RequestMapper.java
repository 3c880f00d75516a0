package dev.lorikeet.scheduler.protobuf;

import com.google.protobuf.CodedOutputStream;
import dev.lorikeet.proto.training.v1.Hyperparameters;
import dev.lorikeet.proto.training.v1.LearningRateSchedule;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.scheduler.request.TrainingSpec.Batching;
import dev.lorikeet.scheduler.request.TrainingSpec.Dataset;
import dev.lorikeet.scheduler.request.TrainingSpec.Length;
import dev.lorikeet.scheduler.request.TrainingSpec.Optimizer;
import dev.lorikeet.scheduler.request.TrainingSpec.Schedule;
import dev.lorikeet.scheduler.request.TrainingSpec.Terms;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.TrainingSpec.Validation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Training requests between contract and core. */
public final class RequestMapper {
    private RequestMapper() {}

    /** A request as it was sent. */
    public static TrainingSpec toSpec(TrainingRequest request) {
        return new TrainingSpec(
                request.getAdapter(),
                request.getBaseModel(),
                switch (request.getDatasetCase()) {
                    case DATASET_URI -> new Dataset.Uri(request.getDatasetUri());
                    case INLINE_EXAMPLES ->
                        new Dataset.Inline(request.getInlineExamples().getLinesList());
                    case DATASET_NOT_SET -> new Dataset.Unset();
                },
                MethodMapper.toSpec(request.getMethod()),
                request.hasHyperparameters() ? training(request.getHyperparameters()) : Training.UNSET,
                new Terms(
                        request.getPriority(),
                        request.hasSeed() ? OptionalLong.of(request.getSeed()) : OptionalLong.empty(),
                        Optional.of(request.getIdempotencyKey()).filter(key -> !key.isEmpty()),
                        request.getMetadataMap(),
                        request.getLabelsList()));
    }

    private static Training training(Hyperparameters settings) {
        return new Training(
                new Length(settings.getEpochs(), settings.getMaxSteps()),
                new Batching(
                        settings.getBatchSize(),
                        settings.getGradientAccumulationSteps(),
                        settings.getMaxSequenceLength(),
                        settings.getGradientCheckpointing(),
                        settings.getPacking()),
                new Optimizer(
                        settings.getLearningRate(),
                        switch (settings.getSchedule()) {
                            case LEARNING_RATE_SCHEDULE_UNSPECIFIED -> Schedule.UNSET;
                            case LEARNING_RATE_SCHEDULE_COSINE -> Schedule.COSINE;
                            case LEARNING_RATE_SCHEDULE_CONSTANT -> Schedule.CONSTANT;
                            case LEARNING_RATE_SCHEDULE_LINEAR -> Schedule.LINEAR;
                            case UNRECOGNIZED -> Schedule.UNKNOWN;
                        },
                        settings.hasWarmupSteps() ? OptionalInt.of(settings.getWarmupSteps()) : OptionalInt.empty(),
                        settings.hasWeightDecay()
                                ? OptionalDouble.of(settings.getWeightDecay())
                                : OptionalDouble.empty(),
                        settings.hasMaxGradientNorm()
                                ? OptionalDouble.of(settings.getMaxGradientNorm())
                                : OptionalDouble.empty()),
                new Validation(
                        settings.getValidationSplit(),
                        settings.getEvaluateEverySteps(),
                        settings.getEarlyStoppingPatience()),
                settings.getCheckpointEverySteps(),
                settings.getReportEverySteps());
    }

    /** A request as it runs. */
    public static TrainingRequest toProto(TrainingSpec spec) {
        TrainingRequest.Builder request = TrainingRequest.newBuilder()
                .setAdapter(spec.adapter())
                .setBaseModel(spec.baseModel())
                .setMethod(MethodMapper.toProto(spec.method()))
                .setHyperparameters(hyperparameters(spec.training()))
                .setPriority(spec.terms().priority())
                .setIdempotencyKey(spec.terms().idempotencyKey().orElse(""))
                .putAllMetadata(spec.terms().metadata())
                .addAllLabels(spec.terms().labels());
        spec.terms().seed().ifPresent(request::setSeed);
        switch (spec.dataset()) {
            case Dataset.Unset _ -> {}
            case Dataset.Uri uri -> request.setDatasetUri(uri.uri());
            case Dataset.Inline inline -> request.getInlineExamplesBuilder().addAllLines(inline.lines());
        }
        return request.build();
    }

    private static Hyperparameters hyperparameters(Training training) {
        Optimizer optimizer = training.optimizer();
        Hyperparameters.Builder settings = Hyperparameters.newBuilder()
                .setEpochs(training.length().epochs())
                .setMaxSteps(training.length().maxSteps())
                .setBatchSize(training.batching().batchSize())
                .setGradientAccumulationSteps(training.batching().gradientAccumulationSteps())
                .setMaxSequenceLength(training.batching().maxSequenceLength())
                .setGradientCheckpointing(training.batching().gradientCheckpointing())
                .setPacking(training.batching().packing())
                .setLearningRate(optimizer.learningRate())
                .setSchedule(
                        switch (optimizer.schedule()) {
                            case UNSET, UNKNOWN -> LearningRateSchedule.LEARNING_RATE_SCHEDULE_UNSPECIFIED;
                            case COSINE -> LearningRateSchedule.LEARNING_RATE_SCHEDULE_COSINE;
                            case CONSTANT -> LearningRateSchedule.LEARNING_RATE_SCHEDULE_CONSTANT;
                            case LINEAR -> LearningRateSchedule.LEARNING_RATE_SCHEDULE_LINEAR;
                        })
                .setValidationSplit(training.validation().split())
                .setEvaluateEverySteps(training.validation().everySteps())
                .setEarlyStoppingPatience(training.validation().patience())
                .setCheckpointEverySteps(training.checkpointEverySteps())
                .setReportEverySteps(training.reportEverySteps());
        optimizer.warmupSteps().ifPresent(settings::setWarmupSteps);
        optimizer.weightDecay().ifPresent(settings::setWeightDecay);
        optimizer.maxGradientNorm().ifPresent(settings::setMaxGradientNorm);
        return settings.build();
    }

    /**
     * SHA-256 (hex) of a request's content: its protobuf form with sorted maps and without its idempotency key, so that
     * the same wish has the same digest however it was written.
     */
    public static String contentSha256(TrainingRequest request) {
        TrainingRequest content = request.toBuilder().clearIdempotencyKey().build();
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.getSerializedSize());
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.useDeterministicSerialization();
            content.writeTo(out);
            out.flush();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
