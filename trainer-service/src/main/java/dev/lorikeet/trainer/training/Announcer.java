package dev.lorikeet.trainer.training;

import dev.lorikeet.registry.adapter.AdapterState;

/** Tells whoever serves adapters that one has changed; a hint, the object store is the truth. */
@FunctionalInterface
public interface Announcer {
    /** Announces an adapter as it now stands; blocks until that is done or has proved impossible. */
    void announce(AdapterState state);
}
