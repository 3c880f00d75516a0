package dev.lorikeet.registry.store;

/** The content is larger than the limit. */
public final class TooLarge extends RegistryException {
    /** With a message that names the object. */
    public TooLarge(String message) {
        super(message);
    }
}
