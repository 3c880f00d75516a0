package dev.lorikeet.trainer.attempt;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Jobs for tests. */
public final class Jobs {
    private Jobs() {}

    /** A small job over a dataset. */
    public static TrainingJob job(String adapter, String baseModel, String dataset, int maxSteps, int checkpointEvery) {
        return new TrainingJob(
                adapter,
                baseModel,
                dataset,
                new TrainingJob.Lora(4, 8, false, List.of("all-linear"), 0.0, Map.of(), Map.of(), List.of()),
                new TrainingJob.Hyperparameters(
                        3, maxSteps, 2, 1, 1e-2, TrainingJob.Schedule.COSINE, -1, 0.01, 1.0, 128, checkpointEvery, 1),
                7,
                Map.of("team", "support"));
    }

    /** An assignment of a job that no test looks into. */
    public static Assignment assignment(String job, int attempt, Duration lease) {
        return new Assignment(
                new AttemptKey(job, attempt),
                "acme",
                job("triage", "tiny", "datasets/" + "0".repeat(64) + ".jsonl", 10, 5),
                lease);
    }
}
