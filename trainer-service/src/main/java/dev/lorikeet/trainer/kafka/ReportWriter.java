package dev.lorikeet.trainer.kafka;

import com.google.protobuf.util.Timestamps;
import dev.lorikeet.proto.trainer.v1.AttemptCancelled;
import dev.lorikeet.proto.trainer.v1.AttemptCheckpointed;
import dev.lorikeet.proto.trainer.v1.AttemptFailed;
import dev.lorikeet.proto.trainer.v1.AttemptPreempted;
import dev.lorikeet.proto.trainer.v1.AttemptProgress;
import dev.lorikeet.proto.trainer.v1.AttemptRef;
import dev.lorikeet.proto.trainer.v1.AttemptStarted;
import dev.lorikeet.proto.trainer.v1.AttemptSucceeded;
import dev.lorikeet.proto.trainer.v1.Heartbeat;
import dev.lorikeet.proto.trainer.v1.TrainerReady;
import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.proto.trainer.v1.TrainerStopping;
import dev.lorikeet.proto.training.v1.DatasetError;
import dev.lorikeet.proto.training.v1.Failed;
import dev.lorikeet.proto.training.v1.FailureKind;
import dev.lorikeet.proto.training.v1.Progress;
import dev.lorikeet.proto.training.v1.Succeeded;
import dev.lorikeet.proto.training.v1.Validation;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Effect;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import java.time.Instant;
import java.util.List;

/** Writes reports: the one mapper from the core to the wire. */
final class ReportWriter {
    private final Identity identity;
    private final TrainerReady capacity;

    /** A writer for one life of a trainer. */
    ReportWriter(Identity identity, Capacity capacity) {
        this.identity = identity;
        this.capacity = TrainerReady.newBuilder()
                .setSlots(capacity.slots())
                .addAllBaseModels(capacity.baseModels())
                .setDevice(capacity.device())
                .setMemoryBytes(capacity.memoryBytes())
                .build();
    }

    TrainerReport ready(Instant time) {
        return report(time).setReady(capacity).build();
    }

    TrainerReport heartbeat(Instant time, List<AttemptKey> held) {
        return heartbeat(time, held, capacity);
    }

    /** A heartbeat of a trainer that takes no more work: it has no slot to offer. */
    TrainerReport lastHeartbeat(Instant time, List<AttemptKey> held) {
        return heartbeat(time, held, capacity.toBuilder().setSlots(0).build());
    }

    private TrainerReport heartbeat(Instant time, List<AttemptKey> held, TrainerReady offered) {
        return report(time)
                .setHeartbeat(Heartbeat.newBuilder()
                        .addAllRunning(held.stream().map(ReportWriter::ref).toList())
                        .setCapacity(offered))
                .build();
    }

    TrainerReport stopping(Instant time) {
        return report(time).setStopping(TrainerStopping.getDefaultInstance()).build();
    }

    TrainerReport started(Instant time, AttemptKey attempt, int resumedFromStep, DatasetUse dataset) {
        return report(time)
                .setStarted(AttemptStarted.newBuilder()
                        .setAttempt(ref(attempt))
                        .setResumedFromStep(resumedFromStep)
                        .setDataset(dev.lorikeet.proto.training.v1.DatasetUse.newBuilder()
                                .setExamples(dataset.examples())
                                .setHeldOut(dataset.heldOut())
                                .setTruncated(dataset.truncated())
                                .setUnlabelled(dataset.unlabelled())
                                .addAllUnlabelledLines(dataset.unlabelledLines())))
                .build();
    }

    TrainerReport checkpointed(Instant time, AttemptKey attempt, int step) {
        return report(time)
                .setCheckpointed(AttemptCheckpointed.newBuilder()
                        .setAttempt(ref(attempt))
                        .setStep(step))
                .build();
    }

    TrainerReport progress(Instant time, AttemptKey attempt, TrainingProgress progress) {
        Progress.Builder told = Progress.newBuilder()
                .setAttempt(attempt.number())
                .setStep(progress.step())
                .setTotalSteps(progress.totalSteps())
                .setLoss(progress.measures().loss())
                .setLearningRate(progress.measures().learningRate())
                .setGradientNorm(progress.measures().gradientNorm())
                .setTokens(progress.tokens())
                .setTokensPerSecond(progress.pace().tokensPerSecond())
                .setEtaSeconds(progress.pace().secondsLeft())
                .putAllRanks(progress.ranks());
        progress.measures().validation().ifPresent(validation -> told.setValidation(written(validation)));
        return report(time)
                .setProgress(
                        AttemptProgress.newBuilder().setAttempt(ref(attempt)).setProgress(told))
                .build();
    }

    private static Validation written(TrainingProgress.Validation validation) {
        Validation.Builder told = Validation.newBuilder()
                .setStep(validation.step())
                .setLoss(validation.loss())
                .setBestStep(validation.bestStep())
                .setBestLoss(validation.bestLoss());
        validation.accuracy().ifPresent(told::setAccuracy);
        return told.build();
    }

    TrainerReport ended(Instant time, AttemptKey attempt, Effect.End end) {
        TrainerReport.Builder report = report(time);
        switch (end) {
            case Effect.End.Succeeded(RunOutcome.Published published) ->
                report.setSucceeded(AttemptSucceeded.newBuilder()
                        .setAttempt(ref(attempt))
                        .setOutcome(Succeeded.newBuilder()
                                .setAttempt(attempt.number())
                                .setVersion(published.version())
                                .setRevision(published.revision())
                                .setSteps(published.steps())
                                .setFinalLoss(published.finalLoss())
                                .setTrainingSeconds(published.trainingSeconds())));
            case Effect.End.Failed(RunOutcome.Failed failed) ->
                report.setFailed(AttemptFailed.newBuilder()
                        .setAttempt(ref(attempt))
                        .setFailure(Failed.newBuilder()
                                .setAttempt(attempt.number())
                                .setKind(kind(failed.kind()))
                                .setReason(failed.reason())
                                .addAllDatasetErrors(failed.datasetErrors().stream()
                                        .map(ReportWriter::error)
                                        .toList())));
            case Effect.End.Cancelled() ->
                report.setCancelled(AttemptCancelled.newBuilder().setAttempt(ref(attempt)));
            case Effect.End.Preempted(int step) ->
                report.setPreempted(
                        AttemptPreempted.newBuilder().setAttempt(ref(attempt)).setStep(step));
        }
        return report.build();
    }

    private TrainerReport.Builder report(Instant time) {
        return TrainerReport.newBuilder()
                .setTrainer(identity.trainer())
                .setIncarnation(identity.incarnation())
                .setTime(Timestamps.fromMillis(time.toEpochMilli()));
    }

    private static AttemptRef ref(AttemptKey attempt) {
        return AttemptRef.newBuilder()
                .setJob(attempt.job().value())
                .setAttempt(attempt.number())
                .build();
    }

    private static DatasetError error(RunOutcome.DatasetError error) {
        return DatasetError.newBuilder()
                .setLine(error.line())
                .setReason(error.reason())
                .build();
    }

    private static FailureKind kind(dev.lorikeet.trainer.attempt.FailureKind kind) {
        return switch (kind) {
            case INVALID_INPUT -> FailureKind.FAILURE_KIND_INVALID_INPUT;
            case OUT_OF_MEMORY -> FailureKind.FAILURE_KIND_OUT_OF_MEMORY;
            case TRANSIENT -> FailureKind.FAILURE_KIND_TRANSIENT;
            case LEASE_EXPIRED -> FailureKind.FAILURE_KIND_LEASE_EXPIRED;
            case DIVERGED -> FailureKind.FAILURE_KIND_DIVERGED;
            case INTERNAL -> FailureKind.FAILURE_KIND_INTERNAL;
        };
    }
}
