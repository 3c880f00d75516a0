package dev.lorikeet.local.platform;

import dev.lorikeet.local.infrastructure.InfrastructureState;
import dev.lorikeet.local.process.ChildProcess;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Waits until processes that were just started can be used, or have failed. */
final class Readiness {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int TIMEOUT_MILLIS = 2000;

    private Readiness() {}

    static InfrastructureState awaitInfrastructure(ChildProcess process, Path dataFolder) throws IOException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            Optional<InfrastructureState> state = InfrastructureState.read(dataFolder);
            if (state.isPresent()
                    && state.get().process().pid() == process.handle().pid()) {
                return state.get();
            }
            checkAlive(process);
            pause();
        }
        throw new PlatformFailure("The infrastructure was not ready in " + PATIENCE.toSeconds() + " s. Last lines of "
                + process.log() + ":\n" + process.lastLines());
    }

    static void awaitService(ChildProcess process, URI address) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            if (ready(address)) {
                return;
            }
            checkAlive(process);
            pause();
        }
        throw new PlatformFailure("Service " + process.name() + " was not ready in " + PATIENCE.toSeconds()
                + " s. Last lines of " + process.log() + ":\n" + process.lastLines());
    }

    static void checkAlive(ChildProcess process) {
        if (!process.alive()) {
            throw new PlatformFailure(
                    process.name() + " has ended. Last lines of " + process.log() + ":\n" + process.lastLines());
        }
    }

    private static boolean ready(URI address) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    address.resolve("/q/health/ready").toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformFailure("Interrupted while waiting for the platform", e);
        }
    }
}
