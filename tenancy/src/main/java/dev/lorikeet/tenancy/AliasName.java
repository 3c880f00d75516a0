package dev.lorikeet.tenancy;

/**
 * A movable name for versions of an adapter, such as {@code production}.
 *
 * @param value 1 to 63 characters of {@code a-z}, {@code 0-9}, {@code -}, starting and ending with a letter or digit;
 *     anything else is refused with {@link InvalidName}
 */
public record AliasName(String value) implements Comparable<AliasName> {
    /** Checks the grammar. */
    public AliasName {
        NameGrammar.check("alias", value);
    }

    @Override
    public int compareTo(AliasName other) {
        return value.compareTo(other.value);
    }

    /** The bare name. */
    @Override
    public String toString() {
        return value;
    }
}
