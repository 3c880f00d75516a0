package dev.lorikeet.scheduler.kafka;

import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;

/** Where datasets lie. Blocking; safe for many threads. */
public interface DatasetStore {
    /**
     * Stores lines as a dataset; the same lines have the same address.
     *
     * @throws Unavailable if the store does not answer or failed
     */
    DatasetAddress put(TenantId tenant, List<String> lines) throws Unavailable;

    /**
     * Whether there is such a dataset.
     *
     * @throws Unavailable if the store does not answer or failed
     */
    boolean exists(DatasetAddress address) throws Unavailable;

    /** The store cannot be asked now. */
    final class Unavailable extends Exception {
        /** With what went wrong. */
        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
