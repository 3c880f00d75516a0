package dev.lorikeet.registry.store;

/** A stored object is not what its manifest or name says. Never retried: it does not get better. */
public final class Corrupt extends RegistryException {
    private final String key;

    /**
     * @param key the object's key
     * @param reason what is wrong with it
     */
    public Corrupt(String key, String reason) {
        super("Object " + key + " is corrupt: " + reason);
        this.key = key;
    }

    /** The object's key. */
    public String key() {
        return key;
    }
}
