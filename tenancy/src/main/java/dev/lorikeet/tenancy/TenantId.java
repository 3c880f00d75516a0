package dev.lorikeet.tenancy;

/**
 * A tenant: whoever owns adapters, jobs and datasets. It comes from a credential, never from a message's body.
 *
 * @param value 1 to 63 characters of {@code a-z}, {@code 0-9}, {@code -}, starting and ending with a letter or digit;
 *     anything else is refused with {@link InvalidName}
 */
public record TenantId(String value) implements Comparable<TenantId> {
    /** Checks the grammar. */
    public TenantId {
        NameGrammar.check("tenant", value);
    }

    @Override
    public int compareTo(TenantId other) {
        return value.compareTo(other.value);
    }

    /** The bare name. */
    @Override
    public String toString() {
        return value;
    }
}
