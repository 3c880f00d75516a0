package dev.lorikeet.trainer.attempt;

import java.util.List;

/** How the run of an attempt ended. */
public sealed interface RunOutcome {
    /**
     * The job has its version: published by this run, or found published.
     *
     * @param version of the adapter, from 1
     * @param revision its name by content
     * @param steps optimizer steps
     * @param finalLoss nats per labelled token at the last step
     * @param trainingSeconds wall-clock seconds of the attempt
     */
    record Published(long version, String revision, int steps, double finalLoss, double trainingSeconds)
            implements RunOutcome {}

    /**
     * It failed; nothing was published.
     *
     * @param kind what kind of failure
     * @param reason for people
     * @param datasetErrors the first errors of the dataset, when it is at fault
     */
    record Failed(FailureKind kind, String reason, List<DatasetError> datasetErrors) implements RunOutcome {
        /** Copies. */
        public Failed {
            datasetErrors = List.copyOf(datasetErrors);
        }

        /** A failure without errors of the dataset. */
        public Failed(FailureKind kind, String reason) {
            this(kind, reason, List.of());
        }
    }

    /**
     * It stopped as it was told to, or because its lease ran out; nothing was published.
     *
     * @param reason as the run knew it
     * @param checkpointStep step of its newest stored checkpoint; 0 if there is none
     */
    record Stopped(StopReason reason, int checkpointStep) implements RunOutcome {}

    /**
     * One error in a dataset.
     *
     * @param line from 1
     * @param reason what is wrong
     */
    record DatasetError(long line, String reason) {}
}
