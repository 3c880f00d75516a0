package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.AliasName;

/** Which version of an adapter is meant. */
public sealed interface Selector {
    /** The alias {@code production} if it is set, else the newest version. */
    record Default() implements Selector {}

    /** The newest version that is not deleted. */
    record Newest() implements Selector {}

    /**
     * A certain version.
     *
     * @param number from 1
     */
    record Numbered(long number) implements Selector {}

    /**
     * What an alias points to.
     *
     * @param alias the alias
     */
    record Named(AliasName alias) implements Selector {}
}
