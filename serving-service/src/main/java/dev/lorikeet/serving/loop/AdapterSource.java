package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import org.jspecify.annotations.Nullable;

/** Where adapters come from. */
interface AdapterSource {
    /**
     * Fetches, verifies and attaches a revision; blocks.
     *
     * @throws dev.lorikeet.serving.rejection.RejectedException if it cannot be served, with the reason for its owner
     */
    Loaded load(RevisionRef revision);

    /** An adapter in memory. */
    interface Loaded extends AutoCloseable {
        /** Null in tests that run without an engine. */
        @Nullable ResidentAdapter adapter();

        long bytes();

        @Override
        void close();
    }
}
