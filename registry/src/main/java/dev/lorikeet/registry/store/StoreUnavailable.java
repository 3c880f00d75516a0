package dev.lorikeet.registry.store;

import org.jspecify.annotations.Nullable;

/** The store does not answer, or says that it is overloaded, after retries: transient. */
public final class StoreUnavailable extends RegistryException {
    /** With a message that names store and operation. */
    public StoreUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
