package dev.lorikeet.cli.job;

import dev.lorikeet.proto.training.v1.DatasetUse;
import dev.lorikeet.proto.training.v1.Progress;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.Violation;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a job stands, as a fold of its events. A repeated or late event (a sequence not above the last one) changes
 * nothing.
 *
 * @param job its id; empty while nothing was heard of it
 * @param sequence of the newest event
 * @param state where it stands
 * @param detail for people: what it waits for, why it ended
 * @param step optimizer steps done
 * @param totalSteps optimizer steps in all; 0 while unknown
 * @param loss of the newest step, in nats per labelled token; NaN while unknown
 * @param etaSeconds estimated seconds to the end of training
 * @param tokensPerSecond over the recent steps
 * @param version the published version; 0 while there is none
 */
public record TrackedJob(
        String job,
        long sequence,
        State state,
        String detail,
        int step,
        int totalSteps,
        double loss,
        double etaSeconds,
        double tokensPerSecond,
        long version) {

    /** Where a job stands. */
    public enum State {
        /** Published by the tenant, nothing heard yet. */
        REQUESTED,
        /** Valid. */
        ACCEPTED,
        /** Waits for a trainer. */
        QUEUED,
        /** Being trained. */
        TRAINING,
        /** Its adapter is published. */
        SUCCEEDED,
        /** Refused, nothing was stored. */
        REJECTED,
        /** Ended without an adapter. */
        FAILED,
        /** Cancelled. */
        CANCELLED;

        /** Whether nothing follows. */
        public boolean ended() {
            return switch (this) {
                case REQUESTED, ACCEPTED, QUEUED, TRAINING -> false;
                case SUCCEEDED, REJECTED, FAILED, CANCELLED -> true;
            };
        }

        /** In lower case, as people read it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A request on its way. */
    public static TrackedJob requested() {
        return new TrackedJob("", 0, State.REQUESTED, "waiting for the scheduler", 0, 0, Double.NaN, 0, 0, 0);
    }

    /** The job after an event. */
    public TrackedJob after(TrainingEvent event) {
        if (state.ended() || (event.getSequence() != 0 && event.getSequence() <= sequence)) {
            return this;
        }
        TrackedJob seen = new TrackedJob(
                event.getJob(),
                event.getSequence(),
                state,
                detail,
                step,
                totalSteps,
                loss,
                etaSeconds,
                tokensPerSecond,
                version);
        return switch (event.getFactCase()) {
            case ACCEPTED -> seen.with(State.ACCEPTED, "");
            case REJECTED ->
                seen.with(
                        State.REJECTED,
                        event.getRejected().getViolationsList().stream()
                                .map(TrackedJob::describe)
                                .collect(Collectors.joining("; ")));
            case QUEUED -> seen.with(State.QUEUED, event.getQueued().getReason());
            case STARTED -> {
                int from = event.getStarted().getResumedFromStep();
                yield seen.with(
                        State.TRAINING,
                        "on " + event.getStarted().getTrainer() + (from > 0 ? ", resumed from step " + from : "")
                                + leftOut(event.getStarted().getDataset()));
            }
            case PROGRESS -> seen.with(event.getProgress());
            case CHECKPOINTED -> seen;
            case SUCCEEDED -> {
                var outcome = event.getSucceeded();
                yield new TrackedJob(
                        seen.job,
                        seen.sequence,
                        State.SUCCEEDED,
                        "version %d in %.0f s".formatted(outcome.getVersion(), outcome.getTrainingSeconds()),
                        outcome.getSteps(),
                        outcome.getSteps(),
                        outcome.getFinalLoss(),
                        0,
                        tokensPerSecond,
                        outcome.getVersion());
            }
            case FAILED -> {
                StringBuilder reason = new StringBuilder(event.getFailed().getReason());
                event.getFailed()
                        .getDatasetErrorsList()
                        .forEach(error -> reason.append("; line ")
                                .append(error.getLine())
                                .append(": ")
                                .append(error.getReason()));
                yield seen.with(State.FAILED, reason.toString());
            }
            case CANCELLED ->
                seen.with(State.CANCELLED, "by " + event.getCancelled().getBy());
            case FACT_NOT_SET -> seen;
        };
    }

    private TrackedJob with(State newState, String newDetail) {
        return new TrackedJob(
                job, sequence, newState, newDetail, step, totalSteps, loss, etaSeconds, tokensPerSecond, version);
    }

    private TrackedJob with(Progress progress) {
        return new TrackedJob(
                job,
                sequence,
                State.TRAINING,
                detail,
                progress.getStep(),
                progress.getTotalSteps(),
                progress.getLoss(),
                progress.getEtaSeconds(),
                progress.getTokensPerSecond(),
                version);
    }

    private static String leftOut(DatasetUse dataset) {
        return dataset.getUnlabelled() == 0
                ? ""
                : "; " + dataset.getUnlabelled() + " of " + (dataset.getExamples() + dataset.getUnlabelled())
                        + " examples have nothing to learn from (from line " + dataset.getUnlabelledLines(0) + ")";
    }

    private static String describe(Violation violation) {
        return violation.getCode() + " " + violation.getField() + ": " + violation.getReason();
    }

    /** The loss, if one was reported. */
    public Optional<Double> lossIfKnown() {
        return Double.isNaN(loss) ? Optional.empty() : Optional.of(loss);
    }
}
