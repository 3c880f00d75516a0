package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Why there is no adapter.
 *
 * @param attempt number of the last attempt
 * @param kind what kind of failure
 * @param reason for people
 * @param datasetErrors errors found in the dataset, at most 100
 */
public record Failure(int attempt, FailureKind kind, String reason, List<DatasetError> datasetErrors) {
    /** Most errors of a dataset that are kept. */
    public static final int MAX_DATASET_ERRORS = 100;

    public Failure {
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        datasetErrors = List.copyOf(datasetErrors.subList(0, Math.min(MAX_DATASET_ERRORS, datasetErrors.size())));
    }

    /** One error in one line, counted from 1. */
    public record DatasetError(long line, String reason) {
        public DatasetError {
            requireNonNull(reason, "reason");
        }
    }
}
