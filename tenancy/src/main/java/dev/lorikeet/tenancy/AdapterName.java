package dev.lorikeet.tenancy;

/**
 * The name of an adapter, unique within its tenant.
 *
 * @param value 1 to 63 characters of {@code a-z}, {@code 0-9}, {@code -}, starting and ending with a letter or digit;
 *     anything else is refused with {@link InvalidName}
 */
public record AdapterName(String value) implements Comparable<AdapterName> {
    /** Checks the grammar. */
    public AdapterName {
        NameGrammar.check("adapter", value);
    }

    @Override
    public int compareTo(AdapterName other) {
        return value.compareTo(other.value);
    }

    /** The bare name. */
    @Override
    public String toString() {
        return value;
    }
}
