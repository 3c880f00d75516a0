package dev.lorikeet.engine.model;

import java.io.IOException;
import java.nio.file.Path;

/** A well-formed model whose family or settings this engine does not compute; the message names which. */
public class UnsupportedModelException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(Path file, String reason) {
        super(file + ": " + reason);
    }
}
