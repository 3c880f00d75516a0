package dev.lorikeet.serving.rejection;

import java.time.Duration;

/**
 * Why a request is refused.
 *
 * @param code what kind of refusal; stable
 * @param field the request's field at fault; empty if none is
 * @param message what is wrong and what would be right, for the caller's eyes
 * @param retryAfter when to try again; zero if that makes no difference
 */
public record Rejection(Code code, String field, String message, Duration retryAfter) {
    /** Kinds of refusal, named as gRPC names them. */
    public enum Code {
        /** The request can never be right. */
        INVALID_ARGUMENT,
        /** No such adapter, version or alias is the caller's. */
        NOT_FOUND,
        /** Right in itself, but not as things stand. */
        FAILED_PRECONDITION,
        /** Somebody else changed it meanwhile. */
        ABORTED,
        /** What is stored is damaged. */
        DATA_LOSS,
        /** Too much is asked of the service at the moment. */
        RESOURCE_EXHAUSTED,
        /** Something that the service needs is away. */
        UNAVAILABLE,
        /** The caller's deadline has passed. */
        DEADLINE_EXCEEDED,
        /** The caller went away. */
        CANCELLED,
        /** A bug, or a failing machine. */
        INTERNAL
    }

    public static Rejection of(Code code, String message) {
        return new Rejection(code, "", message, Duration.ZERO);
    }

    public static Rejection invalid(String field, String message) {
        return new Rejection(Code.INVALID_ARGUMENT, field, message, Duration.ZERO);
    }

    public static Rejection exhausted(String message, Duration retryAfter) {
        return new Rejection(Code.RESOURCE_EXHAUSTED, "", message, retryAfter);
    }

    /** As an exception, for code that blocks. */
    public RejectedException asException() {
        return new RejectedException(this);
    }
}
