package dev.lorikeet.local.infrastructure;

import dev.lorikeet.local.process.ProcessMark;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The services that run on a data folder, {@code services.json}.
 *
 * @param services by name
 */
public record ServicesFile(Map<String, Service> services) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * One service.
     *
     * @param process its process
     * @param port where it listens, HTTP and gRPC
     */
    public record Service(ProcessMark process, int port) {}

    /** Copies the map. */
    public ServicesFile {
        services = Map.copyOf(services);
    }

    /** The file of a data folder. */
    public static Path file(Path dataFolder) {
        return dataFolder.resolve("services.json");
    }

    /** Reads the services of a data folder; empty if none ever ran there. */
    public static Optional<ServicesFile> read(Path dataFolder) throws IOException {
        return StateFile.read(file(dataFolder), ServicesFile.class);
    }

    /** Waits, up to half a minute, until no service runs: a broker must outlive its clients. */
    static void awaitEndOfServices(Path dataFolder) {
        try {
            CompletableFuture<?>[] ends = read(dataFolder).stream()
                    .flatMap(file -> file.services().values().stream())
                    .flatMap(service -> service.process().find().stream())
                    .map(ProcessHandle::onExit)
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(ends).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException | ExecutionException | TimeoutException e) {
            // Nothing better to do than to end without them.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
