package dev.lorikeet.cli.local;

import dev.lorikeet.local.platform.LocalPlatform;
import java.time.Duration;

/** Stays while a platform runs. */
public final class Waiting {

    private static final Duration LOOK = Duration.ofSeconds(1);

    private Waiting() {}

    /**
     * Waits until this process is interrupted (Ctrl-C ends the JVM, whose end closes the platform).
     *
     * @throws dev.lorikeet.local.platform.PlatformFailure if a process of the platform ends by itself
     */
    public static void whileRunning(LocalPlatform platform) {
        while (!Thread.currentThread().isInterrupted()) {
            platform.checkAlive();
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
