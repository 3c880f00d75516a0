package dev.lorikeet.cli.experiment.data;

import java.nio.file.Path;

/** A line of a data file cannot be read. */
public final class MalformedDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedDataException(Path file, int line, String reason) {
        super(file + ", line " + line + ": " + reason);
    }
}
