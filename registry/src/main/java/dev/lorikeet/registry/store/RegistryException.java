package dev.lorikeet.registry.store;

import org.jspecify.annotations.Nullable;

/** Everything that can go wrong with what is stored, by kind; messages name the object. */
public abstract sealed class RegistryException extends RuntimeException
        permits NotFound, Conflict, FailedPrecondition, Invalid, TooLarge, Corrupt, StoreUnavailable, StoreRefused {
    RegistryException(String message) {
        super(message);
    }

    RegistryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
