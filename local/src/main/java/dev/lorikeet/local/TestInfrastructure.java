package dev.lorikeet.local;

import dev.lorikeet.local.infrastructure.Infrastructure;
import dev.lorikeet.local.s3.StoreAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Broker and store for a test, on free ports over a temporary folder that is removed at the end. Usable from a
 * {@code QuarkusTestResourceLifecycleManager}: {@link #properties} are the services' settings.
 */
public final class TestInfrastructure implements AutoCloseable {
    private static final String ACCESS_KEY = "test-access-key";
    private static final String SECRET_KEY = "test-secret-key";

    private final Path folder;
    private final Infrastructure infrastructure;

    private TestInfrastructure(Path folder, Infrastructure infrastructure) {
        this.folder = folder;
        this.infrastructure = infrastructure;
    }

    /** Starts both, with the platform's topics and bucket. Takes some seconds. */
    public static TestInfrastructure start() {
        try {
            Path folder = Files.createTempDirectory("lorikeet-test-");
            return new TestInfrastructure(
                    folder, Infrastructure.start(folder, Infrastructure.Ports.ANY, ACCESS_KEY, SECRET_KEY));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start the test's infrastructure", e);
        }
    }

    /** What Kafka clients connect to. */
    public String bootstrapServers() {
        return infrastructure.bootstrapServers();
    }

    /** How to reach the store. */
    public StoreAccess store() {
        return infrastructure.store();
    }

    /** Broker and store. */
    public Infrastructure infrastructure() {
        return infrastructure;
    }

    /** The services' settings that lead here. */
    public Map<String, String> properties() {
        StoreAccess store = store();
        return Map.of(
                "lorikeet.kafka.bootstrap-servers", bootstrapServers(),
                "lorikeet.store.endpoint", store.endpoint().toString(),
                "lorikeet.store.bucket", store.bucket(),
                "lorikeet.store.access-key", store.accessKey(),
                "lorikeet.store.secret-key", store.secretKey(),
                "lorikeet.store.region", "us-east-1");
    }

    /** Ends both and removes their data. */
    @Override
    public void close() {
        infrastructure.close();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + folder, e);
        }
    }
}
