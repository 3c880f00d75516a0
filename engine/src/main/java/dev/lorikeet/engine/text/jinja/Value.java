package dev.lorikeet.engine.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an expression of a template evaluates to: Python's values as far as templates use them. */
public sealed interface Value {
    /** A whole number. */
    record Whole(long value) implements Value {}

    /** A floating point number. */
    record Real(double value) implements Value {}

    /** True or false. */
    record Truth(boolean value) implements Value {}

    /** Python's None. */
    record None() implements Value {}

    /**
     * A name or attribute that does not exist; prints as nothing, is false, and has no attributes.
     *
     * @param name what was looked for
     */
    record Undefined(String name) implements Value {}

    /** A list or tuple. */
    record Sequence(List<Value> items) implements Value {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** A dictionary with string keys, in order. */
    record Mapping(Map<String, Value> entries) implements Value {
        public Mapping {
            entries = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    /** The only thing that a template may change: {@code namespace()}. */
    record Namespace(Map<String, Value> entries) implements Value {}

    /** Something to call. */
    record Function(String name, Body body) implements Value {
        /** What a call does. */
        interface Body {
            Value call(Arguments arguments);
        }
    }

    /** A string. */
    static Text text(String chars) {
        return Text.of(chars);
    }

    Value NONE = new None();
    Value TRUE = new Truth(true);
    Value FALSE = new Truth(false);

    /** True or false. */
    static Value of(boolean value) {
        return value ? TRUE : FALSE;
    }

    /** A string in which every character remembers an origin; 0 is the template itself. */
    final class Text implements Value {
        private static final int[] TEMPLATE = {};

        private final String chars;
        /** One a character, or empty if all are the template's. */
        private final int[] origins;

        private Text(String chars, int[] origins) {
            this.chars = chars;
            this.origins = origins;
        }

        /** A string of the template's own. */
        public static Text of(String chars) {
            return new Text(chars, TEMPLATE);
        }

        /** A string from elsewhere. */
        public static Text of(String chars, int origin) {
            if (origin == 0 || chars.isEmpty()) {
                return of(chars);
            }
            var origins = new int[chars.length()];
            java.util.Arrays.fill(origins, origin);
            return new Text(chars, origins);
        }

        static Text of(String chars, int[] origins) {
            return new Text(chars, origins);
        }

        public String chars() {
            return chars;
        }

        /** Where the character at an index came from. */
        public int origin(int index) {
            return origins.length == 0 ? 0 : origins[index];
        }

        /** Origin of the whole, judged by its first foreign character. */
        int mainOrigin() {
            for (int origin : origins) {
                if (origin != 0) {
                    return origin;
                }
            }
            return 0;
        }

        int length() {
            return chars.length();
        }

        Text slice(int from, int to) {
            return new Text(
                    chars.substring(from, to),
                    origins.length == 0 ? TEMPLATE : java.util.Arrays.copyOfRange(origins, from, to));
        }

        Text plus(Text other) {
            return new TextBuilder().append(this).append(other).build();
        }

        /** Equal strings are equal wherever they came from, as templates expect. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Text text && text.chars.equals(chars);
        }

        @Override
        public int hashCode() {
            return chars.hashCode();
        }

        @Override
        public String toString() {
            return chars;
        }
    }
}
