package dev.lorikeet.tenancy.credential;

import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** The API keys that are let in, known by their digests alone. Immutable. */
final class ApiKeys {
    /** One key: its SHA-256 (64 lower-case hexadecimal digits) and the tenant that it speaks for. */
    record Entry(TenantId tenant, String sha256) {}

    private final List<Entry> entries;

    ApiKeys(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** The tenant of a key. Always compares with every entry in full: the time taken tells nothing about the keys. */
    Optional<TenantId> tenantOf(String key) {
        byte[] digest = Sha256.of(key).getBytes(StandardCharsets.US_ASCII);
        TenantId found = null;
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.sha256.getBytes(StandardCharsets.US_ASCII), digest)) {
                found = entry.tenant;
            }
        }
        return Optional.ofNullable(found);
    }
}
