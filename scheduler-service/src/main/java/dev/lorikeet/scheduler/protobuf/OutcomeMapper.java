package dev.lorikeet.scheduler.protobuf;

import com.google.protobuf.Timestamp;
import dev.lorikeet.scheduler.job.DatasetUse;
import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.FailureKind;
import dev.lorikeet.scheduler.job.Outcome;
import dev.lorikeet.scheduler.job.Progress;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/** What attempts come to, and times, between contract and core. */
final class OutcomeMapper {
    private OutcomeMapper() {}

    static Timestamp time(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static Instant time(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    static dev.lorikeet.proto.training.v1.DatasetUse dataset(DatasetUse use) {
        return dev.lorikeet.proto.training.v1.DatasetUse.newBuilder()
                .setExamples(use.examples())
                .setHeldOut(use.heldOut())
                .setTruncated(use.truncated())
                .setUnlabelled(use.unlabelled())
                .addAllUnlabelledLines(use.unlabelledLines())
                .build();
    }

    static DatasetUse dataset(dev.lorikeet.proto.training.v1.DatasetUse use) {
        return new DatasetUse(
                use.getExamples(),
                use.getHeldOut(),
                use.getTruncated(),
                use.getUnlabelled(),
                use.getUnlabelledLinesList());
    }

    static dev.lorikeet.proto.training.v1.Progress progress(Progress progress) {
        dev.lorikeet.proto.training.v1.Progress.Builder told = dev.lorikeet.proto.training.v1.Progress.newBuilder()
                .setAttempt(progress.attempt())
                .setStep(progress.step())
                .setTotalSteps(progress.totalSteps())
                .setLoss(progress.measures().loss())
                .setLearningRate(progress.measures().learningRate())
                .setGradientNorm(progress.measures().gradientNorm())
                .setTokens(progress.pace().tokens())
                .setTokensPerSecond(progress.pace().tokensPerSecond())
                .setEtaSeconds(progress.pace().etaSeconds())
                .putAllRanks(progress.ranks());
        progress.measures().validation().ifPresent(validation -> told.setValidation(validation(validation)));
        return told.build();
    }

    private static dev.lorikeet.proto.training.v1.Validation validation(Progress.Validation validation) {
        var told = dev.lorikeet.proto.training.v1.Validation.newBuilder()
                .setStep(validation.step())
                .setLoss(validation.loss())
                .setBestStep(validation.bestStep())
                .setBestLoss(validation.bestLoss());
        validation.accuracy().ifPresent(told::setAccuracy);
        return told.build();
    }

    /** With the number of the attempt that it is known to be of. */
    static Progress progress(dev.lorikeet.proto.training.v1.Progress progress, int attempt) {
        return new Progress(
                attempt,
                progress.getStep(),
                progress.getTotalSteps(),
                new Progress.Measures(
                        progress.getLoss(),
                        progress.getLearningRate(),
                        progress.getGradientNorm(),
                        progress.hasValidation()
                                ? Optional.of(validation(progress.getValidation()))
                                : Optional.empty()),
                new Progress.Pace(progress.getTokens(), progress.getTokensPerSecond(), progress.getEtaSeconds()),
                progress.getRanksMap());
    }

    private static Progress.Validation validation(dev.lorikeet.proto.training.v1.Validation validation) {
        return new Progress.Validation(
                validation.getStep(),
                validation.getLoss(),
                validation.getBestStep(),
                validation.getBestLoss(),
                validation.hasAccuracy() ? OptionalDouble.of(validation.getAccuracy()) : OptionalDouble.empty());
    }

    static dev.lorikeet.proto.training.v1.Succeeded outcome(Outcome outcome) {
        return dev.lorikeet.proto.training.v1.Succeeded.newBuilder()
                .setAttempt(outcome.attempt())
                .setVersion(outcome.version())
                .setRevision(outcome.revision())
                .setSteps(outcome.steps())
                .setFinalLoss(outcome.finalLoss())
                .setTrainingSeconds(outcome.trainingSeconds())
                .build();
    }

    static Outcome outcome(dev.lorikeet.proto.training.v1.Succeeded outcome, int attempt) {
        return new Outcome(
                attempt,
                outcome.getVersion(),
                outcome.getRevision(),
                outcome.getSteps(),
                outcome.getFinalLoss(),
                outcome.getTrainingSeconds());
    }

    static dev.lorikeet.proto.training.v1.Failed failure(Failure failure) {
        dev.lorikeet.proto.training.v1.Failed.Builder failed = dev.lorikeet.proto.training.v1.Failed.newBuilder()
                .setAttempt(failure.attempt())
                .setKind(kind(failure.kind()))
                .setReason(failure.reason());
        failure.datasetErrors()
                .forEach(error ->
                        failed.addDatasetErrorsBuilder().setLine(error.line()).setReason(error.reason()));
        return failed.build();
    }

    static Failure failure(dev.lorikeet.proto.training.v1.Failed failed, int attempt) {
        return new Failure(
                attempt,
                kind(failed.getKind()).orElse(FailureKind.INTERNAL),
                failed.getReason(),
                failed.getDatasetErrorsList().stream()
                        .map(error -> new Failure.DatasetError(error.getLine(), error.getReason()))
                        .toList());
    }

    static dev.lorikeet.proto.training.v1.FailureKind kind(FailureKind kind) {
        return switch (kind) {
            case INVALID_INPUT -> dev.lorikeet.proto.training.v1.FailureKind.FAILURE_KIND_INVALID_INPUT;
            case OUT_OF_MEMORY -> dev.lorikeet.proto.training.v1.FailureKind.FAILURE_KIND_OUT_OF_MEMORY;
            case TRANSIENT -> dev.lorikeet.proto.training.v1.FailureKind.FAILURE_KIND_TRANSIENT;
            case LEASE_EXPIRED -> dev.lorikeet.proto.training.v1.FailureKind.FAILURE_KIND_LEASE_EXPIRED;
            case DIVERGED -> dev.lorikeet.proto.training.v1.FailureKind.FAILURE_KIND_DIVERGED;
            case INTERNAL -> dev.lorikeet.proto.training.v1.FailureKind.FAILURE_KIND_INTERNAL;
        };
    }

    static Optional<FailureKind> kind(dev.lorikeet.proto.training.v1.FailureKind kind) {
        return switch (kind) {
            case FAILURE_KIND_INVALID_INPUT -> Optional.of(FailureKind.INVALID_INPUT);
            case FAILURE_KIND_OUT_OF_MEMORY -> Optional.of(FailureKind.OUT_OF_MEMORY);
            case FAILURE_KIND_TRANSIENT -> Optional.of(FailureKind.TRANSIENT);
            case FAILURE_KIND_LEASE_EXPIRED -> Optional.of(FailureKind.LEASE_EXPIRED);
            case FAILURE_KIND_DIVERGED -> Optional.of(FailureKind.DIVERGED);
            case FAILURE_KIND_INTERNAL -> Optional.of(FailureKind.INTERNAL);
            case FAILURE_KIND_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }
}
