package dev.lorikeet.engine.weights;

import java.io.IOException;
import java.nio.file.Path;

/** A file that is not what its name or header says: truncated, lying, of an unknown version or type. */
public final class MalformedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String reason;

    public MalformedFileException(Path file, String reason) {
        super(file + ": " + reason);
        this.file = file.toString();
        this.reason = reason;
    }

    public MalformedFileException(Path file, String reason, Throwable cause) {
        super(file + ": " + reason, cause);
        this.file = file.toString();
        this.reason = reason;
    }

    /** The file that was refused. */
    public Path file() {
        return Path.of(file);
    }

    /** What is wrong with it, without the file's name. */
    public String reason() {
        return reason;
    }
}
