package dev.lorikeet.cli.job;

import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.kafka.EventReader;
import dev.lorikeet.cli.kafka.RequestPublisher;
import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.platform.PlatformOptions;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.JsonOutput;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.training.v1.InlineDataset;
import dev.lorikeet.proto.training.v1.Job;
import dev.lorikeet.proto.training.v1.SubmitJobRequest;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lorikeet train}: uploads a dataset, publishes a request, shows the job until it ends. */
@Command(
        name = "train",
        description = {
            "Trains an adapter: uploads the dataset, publishes the request on Kafka (or sends it by gRPC), and shows"
                    + " the job until it ends. Exit code 1 unless it succeeds.",
            "Example: lorikeet train examples.jsonl --adapter house-style --epochs 2"
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TrainCommand implements Callable<Integer> {

    /** Most bytes of examples within a request. */
    private static final long INLINE_BYTES = 512 * 1024;

    @Mixin
    private PlatformOptions options;

    @Mixin
    private RequestOptions how;

    @Parameters(
            paramLabel = "DATASET",
            description = "A JSONL file (lines with messages, prompt and completion, or text); or the address of an"
                    + " uploaded dataset, s3://... or datasets/<sha256>.jsonl.")
    private String dataset;

    @Option(
            names = "--adapter",
            required = true,
            paramLabel = "NAME",
            description = "The adapter to make a version of.")
    private String adapter;

    @Option(names = "--via", paramLabel = "WAY", defaultValue = "kafka", description = "kafka (default) or grpc.")
    private Way way;

    @Option(names = "--inline", description = "Send the examples within the request instead of uploading them.")
    private boolean inline;

    @Option(names = "--idempotency-key", paramLabel = "KEY", description = "The same key is the same job.")
    private @Nullable String idempotencyKey;

    @Option(names = "--detach", description = "Do not wait for the job's end.")
    private boolean detach;

    @Option(names = "--dry-run", description = "Print the request as JSON; neither upload nor send anything.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print every event as a line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** How the request travels. */
    enum Way {
        KAFKA,
        GRPC
    }

    @Override
    public Integer call() throws IOException {
        Terminal terminal = Terminal.of(spec);
        Platform platform = options.find();
        TrainingRequest request = request(platform);
        if (dryRun) {
            terminal.line(JsonOutput.brief(request));
            return 0;
        }
        TrackedJob job = switch (way) {
            case KAFKA -> overKafka(terminal, platform, request);
            case GRPC -> overGrpc(terminal, platform, request);
        };
        if (!json && job.state() == TrackedJob.State.SUCCEEDED) {
            terminal.line("Try it: ./lorikeet " + (labelled() ? "classify" : "chat") + " --model " + adapter + "@"
                    + job.version()
                    + platform.identity()
                            .tenant()
                            .map(name -> " --tenant " + name)
                            .orElse(""));
        }
        return detach || job.state() == TrackedJob.State.SUCCEEDED ? 0 : 1;
    }

    /** Whether the examples, if they are in a file here, are a classifier's. */
    private boolean labelled() throws IOException {
        if (dataset.contains("://") || !Files.isRegularFile(Path.of(dataset))) {
            return false;
        }
        try (Stream<String> lines = Files.lines(Path.of(dataset))) {
            return lines.filter(line -> !line.isBlank())
                    .findFirst()
                    .filter(line -> line.matches(".*\"label\"\\s*:.*"))
                    .isPresent();
        }
    }

    private TrainingRequest request(Platform platform) throws IOException {
        TrainingRequest.Builder request = how.request(adapter)
                .setIdempotencyKey(idempotencyKey != null ? idempotencyKey : "cli-" + UUID.randomUUID());
        if (dataset.startsWith("s3://") || dataset.matches("datasets/[0-9a-f]{64}\\.jsonl")) {
            return request.setDatasetUri(dataset).build();
        }
        Path file = file();
        if (inline || (platform.store().isEmpty() && Files.size(file) <= INLINE_BYTES)) {
            if (Files.size(file) > INLINE_BYTES) {
                throw new CommandFailure(
                        dataset + " has more than 512 KiB: too large for a request, upload it without --inline.");
            }
            return request.setInlineExamples(InlineDataset.newBuilder()
                            .addAllLines(Files.readAllLines(file).stream()
                                    .filter(line -> !line.isBlank())
                                    .toList()))
                    .build();
        }
        if (dryRun) {
            return request.setDatasetUri("datasets/<sha256 of " + file.getFileName() + ">.jsonl")
                    .build();
        }
        try (InputStream content = Files.newInputStream(file)) {
            return request.setDatasetUri(Upload.dataset(platform, content)).build();
        }
    }

    private Path file() {
        try {
            Path file = Path.of(dataset);
            if (Files.isRegularFile(file) && Files.isReadable(file)) {
                return file;
            }
        } catch (InvalidPathException odd) {
            // told below
        }
        throw new CommandFailure("There is no readable file " + dataset + ".");
    }

    private TrackedJob overKafka(Terminal terminal, Platform platform, TrainingRequest request) {
        try (EventReader reader = new EventReader(platform);
                RequestPublisher publisher = new RequestPublisher(platform)) {
            String place = publisher.publish(JsonOutput.brief(request));
            if (!json) {
                terminal.line("Published as " + place + ", idempotency key " + request.getIdempotencyKey());
            }
            if (detach) {
                return TrackedJob.requested();
            }
            return JobWatch.overKafka(
                    reader, platform.identity().tenant(), request.getIdempotencyKey(), show(terminal));
        }
    }

    private TrackedJob overGrpc(Terminal terminal, Platform platform, TrainingRequest request) {
        try (Services services = new Services(platform)) {
            Job job = services.jobs()
                    .submitJob(SubmitJobRequest.newBuilder().setRequest(request).build())
                    .getJob();
            if (!json) {
                terminal.line("Job " + job.getId());
            } else if (detach) {
                terminal.line(JsonOutput.line(job));
            }
            return detach ? TrackedJob.requested() : JobWatch.overGrpc(services, job.getId(), show(terminal));
        }
    }

    private BiConsumer<TrainingEvent, TrackedJob> show(Terminal terminal) {
        return JobWatch.show(terminal, adapter, json);
    }
}
