package dev.lorikeet.serving.rejection;

/** Carries a {@link Rejection} out of blocking code to the edge that words it for the caller. */
public final class RejectedException extends RuntimeException {
    private final transient Rejection rejection;

    public RejectedException(Rejection rejection) {
        // Expected outcomes: nobody reads their stack traces, and under load they cost.
        super(rejection.code() + ": " + rejection.message(), null, false, false);
        this.rejection = rejection;
    }

    public RejectedException(Rejection rejection, Throwable cause) {
        super(rejection.code() + ": " + rejection.message(), cause);
        this.rejection = rejection;
    }

    public Rejection rejection() {
        return rejection;
    }
}
