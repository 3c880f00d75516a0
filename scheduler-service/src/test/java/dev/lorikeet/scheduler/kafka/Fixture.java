package dev.lorikeet.scheduler.kafka;

import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.scheduler.decision.Decider;
import dev.lorikeet.scheduler.decision.Timing;
import dev.lorikeet.scheduler.job.RetryRules;
import dev.lorikeet.scheduler.loop.JobBoard;
import dev.lorikeet.scheduler.placement.RoundRobin;
import dev.lorikeet.scheduler.request.Limits;
import dev.lorikeet.scheduler.request.RequestRules;
import dev.lorikeet.scheduler.s3.RegistryDatasets;
import dev.lorikeet.tenancy.credential.Credentials;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Makes schedulers for tests, also as the main class of a JVM that can be killed. */
public final class Fixture {
    /** The base model. */
    public static final String BASE = "tiny";

    static final String OTHER_BASE = "small";
    static final Duration LEASE = Duration.ofSeconds(6);

    private Fixture() {}

    /** A tenant's API key. */
    public static String key(String tenant) {
        return "key-of-" + tenant;
    }

    /** A credentials file with a key for each of these. */
    public static Path credentials(String... tenants) {
        try {
            StringBuilder keys = new StringBuilder();
            for (String tenant : tenants) {
                String digest = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(key(tenant).getBytes(StandardCharsets.UTF_8)));
                keys.append(keys.isEmpty() ? "" : ",")
                        .append("{\"tenant\":\"" + tenant + "\",\"sha256\":\"" + digest + "\"}");
            }
            Path file = Files.createTempFile("credentials", ".json");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "{\"apiKeys\":[" + keys + "]}");
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static KafkaSettings kafka(String bootstrapServers, String replica) {
        return kafka(bootstrapServers, replica, Map.of());
    }

    static KafkaSettings kafka(String bootstrapServers, String replica, Map<String, String> properties) {
        return new KafkaSettings(
                bootstrapServers, replica, "test-scheduler", Duration.ofSeconds(6), Duration.ofSeconds(10), properties);
    }

    static Scheduler scheduler(KafkaSettings kafka, Path credentials, DatasetStore datasets, JobBoard board) {
        return scheduler(kafka, credentials, datasets, _ -> Optional.empty(), board);
    }

    static Scheduler scheduler(
            KafkaSettings kafka, Path credentials, DatasetStore datasets, PublishedVersions versions, JobBoard board) {
        RequestRules rules =
                new RequestRules(new Limits(BASE, new TreeSet<>(Set.of(OTHER_BASE)), "lorikeet", 512 * 1024));
        Decider decider = new Decider(
                rules,
                new RetryRules(3, Duration.ofMillis(200), Duration.ofSeconds(1)),
                new Timing(LEASE, Duration.ofSeconds(4)),
                new RoundRobin());
        Intake intake =
                new Intake(Credentials.open(credentials), rules, datasets, versions, true, Duration.ofSeconds(2));
        return new Scheduler(kafka, intake, decider, LEASE, board, new Scheduler.Watcher() {
            @Override
            public void committed(int inputs, Duration deciding, Duration committing) {}

            @Override
            public void trainers(int live) {}

            @Override
            public void restarted() {}
        });
    }

    /** A scheduler in a JVM of its own. */
    static Process spawn(String replica, Backend backend, Path credentials) throws IOException {
        StoreSettings store = backend.store();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.util.logging.manager=java.util.logging.LogManager",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fixture.class.getName(),
                        replica,
                        backend.bootstrapServers(),
                        credentials.toString(),
                        store.endpoint().toString(),
                        store.accessKey(),
                        store.secretKey())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "scheduler-" + replica + ".log").toFile()))
                .start();
    }

    public static void main(String[] args) throws InterruptedException {
        StoreSettings store = new StoreSettings(URI.create(args[3]), "lorikeet", args[4], args[5], "us-east-1");
        RegistryDatasets registry = new RegistryDatasets(store);
        scheduler(kafka(args[1], args[0]), Path.of(args[2]), registry, registry, new JobBoard())
                .start();
        Thread.currentThread().join();
    }
}
