package dev.lorikeet.local.platform;

import org.jspecify.annotations.Nullable;

/** The platform cannot be started or has stopped; the message says why, with the last lines of the log at fault. */
public final class PlatformFailure extends RuntimeException {
    PlatformFailure(String message) {
        super(message);
    }

    PlatformFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
