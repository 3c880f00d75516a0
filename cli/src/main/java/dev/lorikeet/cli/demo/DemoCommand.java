package dev.lorikeet.cli.demo;

import dev.lorikeet.cli.demo.data.DemoExample;
import dev.lorikeet.cli.demo.data.DemoTask;
import dev.lorikeet.cli.demo.data.DemoTasks;
import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.job.TrackedJob;
import dev.lorikeet.cli.local.LocalOptions;
import dev.lorikeet.cli.local.Waiting;
import dev.lorikeet.cli.model.ModelStore;
import dev.lorikeet.cli.platform.LocalRun;
import dev.lorikeet.cli.platform.LocalRuns;
import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.platform.Platform.Identity;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.local.platform.LocalPlatform;
import dev.lorikeet.local.platform.LocalSettings;
import dev.lorikeet.proto.inference.v1.ChatMessage;
import dev.lorikeet.proto.inference.v1.Conversation;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorikeet demo}: two tenants train their adapters over one base model, and the success is counted. */
@Command(
        name = "demo",
        description = {
            "Plays the platform's main job with two tenants: pulls the model, starts everything, publishes two training"
                    + " requests on Kafka, shows their progress, asks base model and adapters the same held-out"
                    + " questions over gRPC and counts who is right.",
            "Stays up until Ctrl-C. Exit code 1 unless both adapters clearly beat the base model."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DemoCommand implements Callable<Integer> {

    private static final int MOST_TOKENS = 80;
    private static final int PATIENCE_MINUTES = 10;

    @Mixin
    private LocalOptions options;

    @Option(names = "--once", description = "End after the scores instead of staying up.")
    private boolean once;

    @Option(
            names = "--answers",
            paramLabel = "N",
            defaultValue = "2",
            description = "So many answers of each tenant are printed side by side (default: ${DEFAULT-VALUE}).")
    private int answers;

    @Option(
            names = "--write-datasets",
            paramLabel = "FOLDER",
            description = "Only write the datasets, training and held-out, as JSONL files.")
    private @Nullable Path datasets;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Terminal terminal = Terminal.of(spec);
        List<DemoTask> tasks = DemoTasks.all();
        if (datasets != null) {
            write(terminal, tasks, datasets);
            return 0;
        }
        long begin = System.nanoTime();
        Optional<LocalPlatform> running = options.running();
        LocalPlatform platform = running.isPresent() ? running.get() : start(terminal, tasks);
        try {
            boolean convincing = play(terminal, tasks, platform, begin);
            if (!once && running.isEmpty()) {
                terminal.line("");
                terminal.line("Ctrl-C ends it.");
                Waiting.whileRunning(platform);
            }
            return convincing ? 0 : 1;
        } finally {
            if (running.isEmpty()) {
                platform.close();
            }
        }
    }

    private LocalPlatform start(Terminal terminal, List<DemoTask> tasks) {
        LocalSettings.BaseModel model = options.baseModel(terminal);
        ModelStore.requireGenerator(model.name(), model.path(), "the demo");
        heading(terminal, "Starting Kafka, object store, scheduler, trainer and serving");
        long begin = System.nanoTime();
        try {
            LocalPlatform platform =
                    options.start(model, tasks.stream().map(DemoTask::tenant).toList(), false);
            terminal.line("Ready in " + seconds(begin) + " s, one copy of " + model.name() + " in serving.");
            return platform;
        } catch (IOException failure) {
            throw new CommandFailure("Cannot write " + options.data() + ": " + failure.getMessage(), failure);
        }
    }

    private boolean play(Terminal terminal, List<DemoTask> tasks, LocalPlatform processes, long begin)
            throws IOException, InterruptedException {
        LocalRun run = LocalRuns.of(processes);
        heading(terminal, "Two tenants publish training requests on Kafka");
        long trainingBegin = System.nanoTime();
        Map<String, TrackedJob> jobs = DemoTraining.run(
                terminal,
                tasks,
                tenant -> platform(run, tenant),
                processes::checkAlive,
                Long.toString(System.currentTimeMillis()));
        terminal.line("Trained in " + seconds(trainingBegin) + " s.");

        heading(terminal, "The same held-out questions to base model and adapters, over gRPC");
        List<Evaluation> evaluations = new ArrayList<>();
        for (DemoTask task : tasks) {
            long askingBegin = System.nanoTime();
            TrackedJob job = jobs.getOrDefault(task.tenant(), TrackedJob.requested());
            Evaluation evaluation = ask(task, run, task.adapter() + "@" + job.version());
            evaluations.add(evaluation);
            terminal.line("%s: %d questions answered twice in %s s"
                    .formatted(task.tenant(), task.heldOut().size(), seconds(askingBegin)));
            DemoReport.answers(terminal, evaluation, answers);
            terminal.line("");
        }

        heading(terminal, "Counted success, before and after");
        boolean convincing = true;
        for (Evaluation evaluation : evaluations) {
            DemoReport.scores(evaluation).print(terminal);
            terminal.line("");
            convincing &= evaluation.convincing();
        }
        terminal.line(
                convincing
                        ? terminal.good("Both adapters clearly beat the base model.")
                        : terminal.bad("An adapter does not clearly beat the base model."));
        terminal.line("Done in " + seconds(begin) + " s.");
        if (!once) {
            heading(terminal, "How to go on");
            DemoReport.next(run, evaluations).forEach(terminal::line);
        }
        return convincing;
    }

    private static Evaluation ask(DemoTask task, LocalRun run, String adapter) throws InterruptedException {
        try (Services services = new Services(platform(run, task.tenant()))) {
            InferenceServiceBlockingStub inference = services.inference();
            return Evaluation.of(
                    task,
                    adapter,
                    (name, question) -> inference
                            .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES)
                            .generate(request(name, question))
                            .getText());
        }
    }

    private static GenerateRequest request(String name, DemoExample question) {
        return GenerateRequest.newBuilder()
                .setModel(name)
                .setMaxTokens(MOST_TOKENS)
                .setConversation(Conversation.newBuilder()
                        .addMessages(ChatMessage.newBuilder().setRole("system").setContent(question.system()))
                        .addMessages(ChatMessage.newBuilder().setRole("user").setContent(question.user())))
                .build();
    }

    private static Platform platform(LocalRun run, String tenant) {
        return new Platform(
                Optional.of(run.serving()),
                Optional.of(run.scheduler()),
                Optional.of(run.kafka()),
                Map.of(),
                Optional.of(run.store()),
                new Identity(Optional.of(tenant), Optional.ofNullable(run.keys().get(tenant))));
    }

    private static void write(Terminal terminal, List<DemoTask> tasks, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (DemoTask task : tasks) {
            String name = task.tenant() + "-" + task.adapter();
            for (var part : Map.of("training", task.training(), "held-out", task.heldOut())
                    .entrySet()) {
                Path file = folder.resolve(name + "-" + part.getKey() + ".jsonl");
                Files.write(file, DemoTasks.jsonl(part.getValue()));
                terminal.line(file.toString());
            }
        }
    }

    private static void heading(Terminal terminal, String text) {
        terminal.line("");
        terminal.line(terminal.bold("== " + text));
    }

    private static String seconds(long begin) {
        return Long.toString(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    }
}
