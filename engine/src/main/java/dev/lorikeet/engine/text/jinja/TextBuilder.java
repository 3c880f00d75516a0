package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.Arrays;

/** Builds a text with its origins. */
final class TextBuilder {
    private static final int LONGEST = 100_000_000;

    private final StringBuilder chars = new StringBuilder();
    private int[] origins = new int[64];
    private boolean foreign;

    TextBuilder append(Text text) {
        grow(text.length());
        for (int i = 0; i < text.length(); i++) {
            int origin = text.origin(i);
            origins[chars.length() + i] = origin;
            foreign |= origin != 0;
        }
        chars.append(text.chars());
        return this;
    }

    TextBuilder append(String text, int origin) {
        grow(text.length());
        Arrays.fill(origins, chars.length(), chars.length() + text.length(), origin);
        foreign |= origin != 0;
        chars.append(text);
        return this;
    }

    TextBuilder append(String text) {
        return append(text, 0);
    }

    int length() {
        return chars.length();
    }

    private void grow(int more) {
        int needed = chars.length() + more;
        if (needed > LONGEST) {
            throw new JinjaException("the template writes more than " + LONGEST + " characters");
        }
        if (needed > origins.length) {
            origins = Arrays.copyOf(origins, Math.max(needed, 2 * origins.length));
        }
    }

    Text build() {
        return foreign ? Text.of(chars.toString(), Arrays.copyOf(origins, chars.length())) : Text.of(chars.toString());
    }
}
