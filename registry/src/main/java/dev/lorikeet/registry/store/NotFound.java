package dev.lorikeet.registry.store;

/** There is no such dataset, adapter, version, alias or object. */
public final class NotFound extends RegistryException {
    /** With a message that names the object. */
    public NotFound(String message) {
        super(message);
    }
}
