package dev.lorikeet.scheduler.request;

/**
 * How a base model is adapted: as it was sent (zero and empty mean "not set") or, once {@link #resolved}, as it will run.
 * Each method is one record that knows its own ranges and defaults; a request may carry any of them.
 */
public sealed interface Method permits Lora {
    /** The field of the request's {@code method} that carries this one. */
    String field();

    /** Notes everything that is wrong with it. */
    void check(Check check);

    /** The same with every default filled in. */
    Method resolved();
}
