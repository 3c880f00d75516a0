package dev.lorikeet.serving.loop;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;

/**
 * A version of a tenant's adapter and the content behind it.
 *
 * @param version its number
 * @param revision SHA-256 of its content: what it is known by in memory
 * @param residentBytes what it is expected to take in memory
 */
public record RevisionRef(TenantId tenant, AdapterName adapter, long version, String revision, long residentBytes) {}
