package dev.lorikeet.tenancy.credential;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A credentials file (or the key set that it names) that cannot be used; the message names file and fault. */
public final class InvalidCredentialsFile extends RuntimeException {
    InvalidCredentialsFile(Path file, String reason, @Nullable Throwable cause) {
        super("Credentials file " + file + ": " + reason, cause);
    }
}
