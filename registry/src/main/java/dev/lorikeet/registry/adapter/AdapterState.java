package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * An adapter as it stands: what is listed, and announced after every change.
 *
 * @param tenant whose adapter it is
 * @param adapter its name
 * @param newest the newest version that is not deleted; empty if there is none: the adapter does not exist (any more)
 * @param aliases those in force, by name
 */
public record AdapterState(TenantId tenant, AdapterName adapter, Optional<Version> newest, List<Alias> aliases) {
    /** Copies the aliases. */
    public AdapterState {
        aliases = List.copyOf(aliases);
    }

    /** Whether every version was deleted, or none was ever made. */
    public boolean deleted() {
        return newest.isEmpty();
    }
}
