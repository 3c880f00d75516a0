package dev.lorikeet.engine.adapter;

/** An adapter's configuration targets a module whose kind this engine does not adapt; the message names it. */
public class UnsupportedTargetException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UnsupportedTargetException(String reason) {
        super(reason);
    }
}
