package dev.lorikeet.cli.terminal;

/** A command cannot do what it was asked for: told in one sentence, with exit code 1 and no stack trace. */
public final class CommandFailure extends RuntimeException {

    /**
     * A failure.
     *
     * @param message what is wrong, and what to do about it
     */
    public CommandFailure(String message) {
        super(message);
    }

    /**
     * A failure with a cause, shown under {@code --verbose}.
     *
     * @param message what is wrong, and what to do about it
     * @param cause where it came from
     */
    public CommandFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
