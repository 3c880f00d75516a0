package dev.lorikeet.cli.job;

import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.platform.PlatformOptions;
import dev.lorikeet.cli.terminal.JsonOutput;
import dev.lorikeet.cli.terminal.Table;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.training.v1.CancelJobRequest;
import dev.lorikeet.proto.training.v1.GetJobRequest;
import dev.lorikeet.proto.training.v1.Job;
import dev.lorikeet.proto.training.v1.JobState;
import dev.lorikeet.proto.training.v1.ListJobsRequest;
import dev.lorikeet.proto.training.v1.ListJobsResponse;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lorikeet jobs}: a tenant's training jobs. */
@Command(
        name = "jobs",
        description = "Lists, shows, watches and cancels your training jobs.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class JobsCommand implements Runnable {

    private static final int PAGE = 500;

    @Mixin
    private PlatformOptions options;

    @Spec
    private CommandSpec spec;

    /** Without a subcommand it lists. */
    @Override
    public void run() {
        list("", 50, false);
    }

    @Command(name = "list", description = "Your jobs, newest first.", mixinStandardHelpOptions = true)
    void list(
            @Option(
                            names = "--adapter",
                            paramLabel = "NAME",
                            defaultValue = "",
                            description = "Only jobs of this adapter.")
                    String adapter,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At most so many (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Option(names = "--json", description = "Print the service's answer as JSON.") boolean json) {
        ListJobsResponse.Builder all = ListJobsResponse.newBuilder();
        try (Services services = new Services(options.find())) {
            var stub = services.jobs();
            String token = "";
            do {
                ListJobsResponse page = stub.listJobs(ListJobsRequest.newBuilder()
                        .setAdapter(adapter)
                        .setPageSize(Math.clamp(limit - all.getJobsCount(), 1, PAGE))
                        .setPageToken(token)
                        .build());
                all.addAllJobs(page.getJobsList());
                token = page.getNextPageToken();
            } while (!token.isEmpty() && all.getJobsCount() < limit);
        }
        Terminal terminal = Terminal.of(spec);
        if (json) {
            terminal.line(JsonOutput.of(all.build()));
            return;
        }
        if (all.getJobsCount() == 0) {
            terminal.line("No jobs yet: `./lorikeet train` makes one.");
            return;
        }
        Table table = new Table("JOB", "ADAPTER", "STATE", "STEP", "LOSS", "VERSION", "ACCEPTED", "NOTE");
        for (Job job : all.getJobsList()) {
            table.row(
                    job.getId(),
                    job.getAdapter(),
                    word(job.getState()),
                    job.hasProgress()
                            ? job.getProgress().getStep() + "/"
                                    + job.getProgress().getTotalSteps()
                            : "-",
                    job.hasProgress()
                            ? String.format(
                                    Locale.ROOT, "%.4f", job.getProgress().getLoss())
                            : "-",
                    job.getVersion() > 0 ? Long.toString(job.getVersion()) : "-",
                    Instant.ofEpochSecond(job.getAcceptedAt().getSeconds()).toString(),
                    job.getReason());
        }
        table.print(terminal);
    }

    @Command(name = "get", description = "One job in full, as JSON.", mixinStandardHelpOptions = true)
    void get(
            @Parameters(paramLabel = "JOB", description = "The job's id.") String job,
            @Option(names = "--json", description = "The default.") boolean json) {
        try (Services services = new Services(options.find())) {
            Terminal.of(spec)
                    .line(JsonOutput.of(services.jobs()
                            .getJob(GetJobRequest.newBuilder().setJob(job).build())
                            .getJob()));
        }
    }

    @Command(
            name = "watch",
            description = "A job's progress until it ends. Exit code 1 unless it succeeds.",
            mixinStandardHelpOptions = true)
    int watch(
            @Parameters(paramLabel = "JOB", description = "The job's id.") String job,
            @Option(names = "--json", description = "Print every event as a line of JSON.") boolean json) {
        Terminal terminal = Terminal.of(spec);
        try (Services services = new Services(options.find())) {
            TrackedJob last = JobWatch.overGrpc(services, job, JobWatch.show(terminal, job, json));
            return last.state() == TrackedJob.State.SUCCEEDED ? 0 : 1;
        }
    }

    @Command(
            name = "cancel",
            description = "Asks for a job's end. A job that has ended stays as it is.",
            mixinStandardHelpOptions = true)
    void cancel(
            @Parameters(paramLabel = "JOB", description = "The job's id.") String job,
            @Option(names = "--json", description = "Print the service's answer as JSON.") boolean json) {
        try (Services services = new Services(options.find())) {
            Job asked = services.jobs()
                    .cancelJob(CancelJobRequest.newBuilder().setJob(job).build())
                    .getJob();
            Terminal.of(spec)
                    .line(
                            json
                                    ? JsonOutput.of(asked)
                                    : "Asked for the end of " + job + ", which was " + word(asked.getState()) + ".");
        }
    }

    private static String word(JobState state) {
        return state.name().replace("JOB_STATE_", "").toLowerCase(Locale.ROOT);
    }
}
