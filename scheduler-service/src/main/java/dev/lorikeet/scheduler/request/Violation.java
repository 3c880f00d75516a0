package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

/**
 * One thing wrong with one field of a request.
 *
 * @param code what is wrong, for programs
 * @param field path of the field, such as {@code hyperparameters.learning_rate}; empty for the whole request
 * @param reason for people: what is wrong and what would be right
 */
public record Violation(Code code, String field, String reason) {
    public Violation {
        requireNonNull(code, "code");
        requireNonNull(field, "field");
        requireNonNull(reason, "reason");
    }

    /** Stable codes, as tenants see them. */
    public enum Code {
        /** A field that must be set is not. */
        REQUIRED,
        /** A name breaks the rules of names. */
        INVALID_NAME,
        /** A number lies outside of its range. */
        OUT_OF_RANGE,
        /** A value has not the form that it must have. */
        INVALID_VALUE,
        /** A text or a list is longer than allowed. */
        TOO_LARGE,
        /** No such base model is offered here. */
        UNKNOWN_BASE_MODEL,
        /** A field that the contract does not know. */
        UNKNOWN_FIELD,
        /** What is named belongs to someone else. */
        FORBIDDEN,
        /** What is named is not there. */
        NOT_FOUND,
        /** The idempotency key was used with another content. */
        CONFLICT,
        /** The message could not be understood. */
        UNREADABLE
    }
}
