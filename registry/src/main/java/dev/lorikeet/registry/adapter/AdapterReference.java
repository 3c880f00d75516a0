package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.InvalidName;

/**
 * An adapter and which version of it, as requests write it: {@code support} (the default), {@code support@7} (a
 * version), {@code support:canary} (an alias).
 *
 * @param adapter the adapter's name
 * @param selector which version
 */
public record AdapterReference(AdapterName adapter, Selector selector) {
    private static final int MAX_DIGITS = 18;

    /**
     * Reads a reference.
     *
     * @param text as a request has it
     * @throws InvalidName if it is none; its field is {@code adapter} or {@code alias}: callers report it {@code at}
     *     their own
     */
    public static AdapterReference parse(String text) {
        int at = text.indexOf('@');
        int colon = text.indexOf(':');
        if (at >= 0) {
            String number = text.substring(at + 1);
            if (number.isEmpty()
                    || number.length() > MAX_DIGITS
                    || number.charAt(0) == '0'
                    || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new InvalidName(
                        InvalidName.Code.INVALID_NAME, "adapter", "has no version behind '@'; use a number from 1");
            }
            return new AdapterReference(
                    new AdapterName(text.substring(0, at)), new Selector.Numbered(Long.parseLong(number)));
        }
        if (colon >= 0) {
            return new AdapterReference(
                    new AdapterName(text.substring(0, colon)),
                    new Selector.Named(new AliasName(text.substring(colon + 1))));
        }
        return new AdapterReference(new AdapterName(text), new Selector.Default());
    }
}
