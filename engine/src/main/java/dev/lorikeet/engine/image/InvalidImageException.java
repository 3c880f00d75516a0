package dev.lorikeet.engine.image;

/** Bytes that are no picture which can be taken in; the message says why and what would be right. */
public final class InvalidImageException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidImageException(String reason) {
        super(reason);
    }

    /** Why, never null. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
