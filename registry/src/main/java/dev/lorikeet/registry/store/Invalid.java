package dev.lorikeet.registry.store;

/** What is asked for can never be right, such as an alias without targets. */
public final class Invalid extends RegistryException {
    /** With a message that names the object. */
    public Invalid(String message) {
        super(message);
    }
}
