package dev.lorikeet.registry.store;

/** What is asked for does not fit the present state, such as deleting a version that an alias points to. */
public final class FailedPrecondition extends RegistryException {
    /** With a message that names the object. */
    public FailedPrecondition(String message) {
        super(message);
    }
}
