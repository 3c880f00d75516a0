package dev.lorikeet.serving.loop;

import dev.lorikeet.registry.store.Conflict;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.FailedPrecondition;
import dev.lorikeet.registry.store.Invalid;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import dev.lorikeet.registry.store.TooLarge;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;

/** What a failure of the registry means to the caller. */
public final class RegistryRejections {
    private RegistryRejections() {}

    public static RejectedException of(RegistryException e) {
        String message = String.valueOf(e.getMessage());
        Rejection rejection = switch (e) {
            case NotFound _ -> Rejection.of(Code.NOT_FOUND, message);
            case Conflict _ -> Rejection.of(Code.ABORTED, message);
            case FailedPrecondition _ -> Rejection.of(Code.FAILED_PRECONDITION, message);
            case Invalid _, TooLarge _ -> Rejection.of(Code.INVALID_ARGUMENT, message);
            case Corrupt _ -> Rejection.of(Code.DATA_LOSS, "the stored adapter is damaged and will not be served");
            case StoreUnavailable _, StoreRefused _ ->
                Rejection.of(Code.UNAVAILABLE, "the object store cannot be reached; try again later");
        };
        return new RejectedException(rejection, e);
    }
}
