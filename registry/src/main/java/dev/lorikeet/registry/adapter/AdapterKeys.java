package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.TenantId;

/**
 * Keys of an adapter's objects. Names are checked by their types, so no key leaves the tenant's prefix.
 *
 * @param tenant whose adapter it is
 * @param adapter its name
 */
record AdapterKeys(TenantId tenant, AdapterName adapter) {
    static String adaptersOf(TenantId tenant) {
        return "tenants/" + tenant + "/adapters/";
    }

    String root() {
        return adaptersOf(tenant) + adapter + "/";
    }

    /** Prefix of a revision's files. */
    String revision(String revision) {
        return root() + "revisions/" + revision + "/";
    }

    String versions() {
        return root() + "versions/";
    }

    String version(long number) {
        return versions() + number + ".json";
    }

    String tombstone(long number) {
        return versions() + number + ".deleted.json";
    }

    String aliases() {
        return root() + "aliases/";
    }

    String alias(AliasName alias, long generation) {
        return aliases() + alias + "/" + generation + ".json";
    }

    /** How people know it. */
    @Override
    public String toString() {
        return tenant + "/" + adapter;
    }
}
