package dev.lorikeet.registry.s3;

import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.MinioException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Repeats what failed for a passing reason: no connection, no answer, an overloaded or failing store. */
final class Retries {
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(100), Duration.ofMillis(400), Duration.ofMillis(1600));
    private static final Set<Integer> TRANSIENT = Set.of(408, 409, 429, 500, 502, 503, 504);

    private final String store;

    Retries(String store) {
        this.store = store;
    }

    /** One request; {@code attempt} counts from 1. */
    interface Request<T> {
        T send(int attempt) throws MinioException, IOException;
    }

    <T> T run(String what, Request<T> request) {
        for (int attempt = 1; ; attempt++) {
            Exception failure;
            try {
                return request.send(attempt);
            } catch (ErrorResponseException e) {
                int status = e.response().code();
                if (!TRANSIENT.contains(status)) {
                    throw new StoreRefused(
                            "The object store " + store + " refused " + what + ": " + status + " "
                                    + e.errorResponse().code() + " " + e.getMessage(),
                            e);
                }
                failure = e;
            } catch (ServerException | InvalidResponseException | IOException e) {
                failure = e;
            } catch (MinioException e) {
                if (!(rootCause(e) instanceof IOException)) {
                    throw new StoreRefused("The object store " + store + " failed at " + what + ": " + e, e);
                }
                failure = e;
            } catch (IllegalStateException e) {
                // How the client reports a connection that failed.
                if (!(rootCause(e) instanceof IOException)) {
                    throw e;
                }
                failure = e;
            }
            if (attempt > PAUSES.size()) {
                throw new StoreUnavailable(
                        "The object store " + store + " does not answer (" + what + ", " + attempt + " tries): "
                                + rootCause(failure),
                        failure);
            }
            pause(PAUSES.get(attempt - 1), what);
        }
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static void pause(Duration pause, String what) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("Interrupted while " + what, e);
        }
    }
}
