package dev.lorikeet.engine.adapter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A regular expression from an adapter's configuration, which a tenant wrote: matching gives up after a bounded amount of
 * work, so that a hostile one cannot occupy a thread.
 */
public final class ModulePattern {
    /** Module paths have some 40 characters; honest expressions read each a few times. */
    private static final int MOST_READS = 200_000;

    private ModulePattern() {}

    /**
     * A matcher of one path.
     *
     * @throws IllegalArgumentException at once if the expression is malformed; while matching if it takes too long
     */
    public static Matcher matcher(String expression, String path) {
        return Pattern.compile(expression).matcher(new Metered(path, new int[1]));
    }

    /** Whether the whole path matches. */
    public static boolean matches(String expression, String path) {
        return matcher(expression, path).matches();
    }

    @SuppressWarnings("ArrayRecordComponent") // The counter is shared by the parts of one text.
    private record Metered(String text, int[] reads) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++reads[0] > MOST_READS) {
                throw new IllegalArgumentException("an expression takes too long to match " + text);
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Metered(text.substring(start, end), reads);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
