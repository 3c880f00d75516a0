package dev.lorikeet.cli.experiment.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be said, and how people said it.
 *
 * @param text the meaning as E2E writes it, {@code name : Blue Spice | area : riverside}
 * @param slots its parts by name, in order
 * @param references texts that say it, at least one
 */
public record Meaning(String text, Map<String, String> slots, List<String> references) {
    /** Copies. */
    public Meaning {
        slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
        references = List.copyOf(references);
        if (references.isEmpty()) {
            throw new IllegalArgumentException("nobody says: " + text);
        }
    }

    /**
     * A meaning by its text.
     *
     * @throws IllegalArgumentException if a part of it is not {@code name : value}
     */
    public static Meaning of(String text, List<String> references) {
        Map<String, String> slots = new LinkedHashMap<>();
        for (String part : text.split("\\|", -1)) {
            int colon = part.indexOf(':');
            if (colon < 0 || part.substring(0, colon).isBlank()) {
                throw new IllegalArgumentException("'" + part.strip() + "' is not of the form name : value");
            }
            slots.put(
                    part.substring(0, colon).strip(), part.substring(colon + 1).strip());
        }
        return new Meaning(text, slots, references);
    }

    /** The meaning of some slots. */
    static Meaning of(Map<String, String> slots, List<String> references) {
        StringBuilder text = new StringBuilder();
        slots.forEach((name, value) -> text.append(text.isEmpty() ? "" : " | ")
                .append(name)
                .append(" : ")
                .append(value));
        return new Meaning(text.toString(), slots, references);
    }
}
