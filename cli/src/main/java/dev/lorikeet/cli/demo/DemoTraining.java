package dev.lorikeet.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.demo.data.DemoTask;
import dev.lorikeet.cli.demo.data.DemoTasks;
import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.job.ProgressLines;
import dev.lorikeet.cli.job.TrackedJob;
import dev.lorikeet.cli.job.Upload;
import dev.lorikeet.cli.kafka.EventReader;
import dev.lorikeet.cli.kafka.RequestPublisher;
import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.training.v1.CancelJobRequest;
import dev.lorikeet.proto.training.v1.Job;
import dev.lorikeet.proto.training.v1.JobServiceGrpc;
import dev.lorikeet.proto.training.v1.ListJobsRequest;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Uploads every task's dataset, publishes the requests on Kafka, follows the events until all jobs have ended. */
final class DemoTraining {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final String KEY = "demo-";
    private static final ObjectMapper JSON = new ObjectMapper();

    private DemoTraining() {}

    /**
     * Trains.
     *
     * @param tasks one tenant each
     * @param platformOf the platform as a tenant sees it
     * @param health throws if the platform has ended, for then no event comes any more
     * @param run tells this run's requests from those of other runs
     * @return how each job ended, by tenant: all have succeeded
     */
    static Map<String, TrackedJob> run(
            Terminal terminal, List<DemoTask> tasks, Function<String, Platform> platformOf, Runnable health, String run)
            throws IOException {
        Platform any = platformOf.apply(tasks.getFirst().tenant());
        tasks.forEach(task -> cancelLeftovers(terminal, task, platformOf.apply(task.tenant())));
        try (EventReader reader = new EventReader(any)) {
            for (DemoTask task : tasks) {
                Platform platform = platformOf.apply(task.tenant());
                String dataset = Upload.dataset(platform, new ByteArrayInputStream(DemoTasks.jsonl(task.training())));
                terminal.line("%s: uploaded %d examples to %s"
                        .formatted(task.tenant(), task.training().size(), dataset));
                String request = request(task, dataset, key(task, run));
                try (RequestPublisher publisher = new RequestPublisher(platform)) {
                    terminal.line(task.tenant() + ": published " + publisher.publish(request));
                    terminal.line(terminal.faint("  " + request));
                }
            }
            terminal.line("");
            return follow(terminal, reader, tasks, health, run);
        }
    }

    /** What an interrupted demo left behind would run first, and be of no use to anybody. */
    private static void cancelLeftovers(Terminal terminal, DemoTask task, Platform platform) {
        try (Services services = new Services(platform)) {
            JobServiceGrpc.JobServiceBlockingStub jobs = services.jobs();
            ListJobsRequest ofTheAdapter =
                    ListJobsRequest.newBuilder().setAdapter(task.adapter()).build();
            for (Job job : jobs.listJobs(ofTheAdapter).getJobsList()) {
                boolean waitsOrRuns = switch (job.getState()) {
                    case JOB_STATE_QUEUED, JOB_STATE_RUNNING -> true;
                    case JOB_STATE_UNSPECIFIED,
                            JOB_STATE_CANCELLING,
                            JOB_STATE_SUCCEEDED,
                            JOB_STATE_FAILED,
                            JOB_STATE_CANCELLED,
                            UNRECOGNIZED -> false;
                };
                if (waitsOrRuns && job.getRequest().getIdempotencyKey().startsWith(KEY + task.tenant() + "-")) {
                    jobs.cancelJob(
                            CancelJobRequest.newBuilder().setJob(job.getId()).build());
                    terminal.line(task.tenant() + ": cancelled " + job.getId() + " of an earlier demo");
                }
            }
        }
    }

    private static Map<String, TrackedJob> follow(
            Terminal terminal, EventReader reader, List<DemoTask> tasks, Runnable health, String run) {
        ProgressLines lines = new ProgressLines(terminal);
        Map<String, TrackedJob> jobs = new LinkedHashMap<>();
        for (DemoTask task : tasks) {
            jobs.put(task.tenant(), TrackedJob.requested());
            lines.show(label(task), TrackedJob.requested());
        }
        while (!jobs.values().stream().allMatch(job -> job.state().ended())) {
            health.run();
            for (TrainingEvent event : reader.poll(POLL)) {
                for (DemoTask task : tasks) {
                    TrackedJob job = jobs.getOrDefault(task.tenant(), TrackedJob.requested());
                    if (event.getTenant().equals(task.tenant()) && belongs(event, job, key(task, run))) {
                        jobs.put(task.tenant(), job.after(event));
                        lines.show(label(task), job.after(event));
                    }
                }
            }
        }
        jobs.forEach((tenant, job) -> {
            if (job.state() != TrackedJob.State.SUCCEEDED) {
                throw new CommandFailure(
                        "The job of " + tenant + " is " + job.state().word() + ": " + job.detail());
            }
        });
        return jobs;
    }

    private static boolean belongs(TrainingEvent event, TrackedJob job, String key) {
        return job.job().isEmpty()
                ? event.getIdempotencyKey().equals(key)
                : event.getJob().equals(job.job());
    }

    private static String label(DemoTask task) {
        return task.tenant() + "/" + task.adapter();
    }

    private static String key(DemoTask task, String run) {
        return KEY + task.tenant() + "-" + run;
    }

    /** The request as any program in any language would write it. */
    static String request(DemoTask task, String dataset, String idempotencyKey) {
        DemoTask.Recipe recipe = task.recipe();
        ObjectNode request = JSON.createObjectNode();
        request.put("adapter", task.adapter());
        request.put("dataset_uri", dataset);
        request.putObject("method").putObject("lora").put("rank", recipe.rank());
        request.putObject("hyperparameters")
                .put("max_steps", recipe.steps())
                .put("batch_size", recipe.batchSize())
                .put("learning_rate", recipe.learningRate());
        request.put("seed", 1);
        request.put("idempotency_key", idempotencyKey);
        return request.toString();
    }
}
