package dev.lorikeet.registry.store;

/** Someone else changed it first: look again and decide anew. */
public final class Conflict extends RegistryException {
    /** With a message that names the object. */
    public Conflict(String message) {
        super(message);
    }
}
