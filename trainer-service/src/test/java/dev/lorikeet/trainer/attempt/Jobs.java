package dev.lorikeet.trainer.attempt;

import dev.lorikeet.proto.training.v1.LoraMethod;
import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.trainer.method.MethodReader;
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
                lora("all-linear"),
                new TrainingJob.Hyperparameters(
                        3,
                        maxSteps,
                        2,
                        1,
                        1e-2,
                        TrainingJob.Schedule.COSINE,
                        -1,
                        0.01,
                        1.0,
                        128,
                        checkpointEvery,
                        1,
                        false,
                        false,
                        TrainingJob.Validation.NONE),
                7,
                Map.of("team", "support"));
    }

    /** The same job with examples that share rows. */
    public static TrainingJob packed(TrainingJob job) {
        TrainingJob.Hyperparameters plain = job.hyperparameters();
        return new TrainingJob(
                job.adapter(),
                job.baseModel(),
                job.dataset(),
                job.method(),
                new TrainingJob.Hyperparameters(
                        plain.epochs(),
                        plain.maxSteps(),
                        plain.batchSize(),
                        plain.accumulation(),
                        plain.learningRate(),
                        plain.schedule(),
                        plain.warmupSteps(),
                        plain.weightDecay(),
                        plain.maxGradientNorm(),
                        plain.maxTokens(),
                        plain.checkpointEvery(),
                        plain.reportEvery(),
                        plain.recompute(),
                        true,
                        plain.validation()),
                job.seed(),
                job.metadata());
    }

    /** LoRA of rank 4 on modules. */
    public static TrainingJob.Method lora(String... modules) {
        return MethodReader.read(
                Method.newBuilder()
                        .setLora(LoraMethod.newBuilder().setRank(4).setAlpha(8).addAllTargetModules(List.of(modules)))
                        .build(),
                "tiny");
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
