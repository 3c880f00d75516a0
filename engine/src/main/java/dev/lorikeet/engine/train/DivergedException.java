package dev.lorikeet.engine.train;

/** Training left the finite numbers: its loss, gradient or factors are NaN or infinite. Retrying it unchanged is vain. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DivergedException(String reason) {
        super(reason);
    }
}
