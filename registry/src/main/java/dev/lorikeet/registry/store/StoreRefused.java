package dev.lorikeet.registry.store;

import org.jspecify.annotations.Nullable;

/** The store answers, but refuses for good: credentials, rights, or it lacks what is asked of it. */
public final class StoreRefused extends RegistryException {
    /** With a message that names store and operation. */
    public StoreRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
