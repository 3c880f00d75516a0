package dev.lorikeet.trainer.attempt;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Jobs for tests. */
public final class Jobs {
    /** A tenant. */
    public static final TenantId ACME = new TenantId("acme");

    private Jobs() {}

    /** A small job over a dataset. */
    public static TrainingJob job(
            String adapter, String baseModel, DatasetAddress dataset, int maxSteps, int checkpointEvery) {
        return new TrainingJob(
                new AdapterName(adapter),
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
                new AttemptKey(new JobId(job), attempt),
                ACME,
                job("triage", "tiny", new DatasetAddress(ACME, "0".repeat(64)), 10, 5),
                lease);
    }
}
