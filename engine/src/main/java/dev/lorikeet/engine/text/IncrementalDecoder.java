package dev.lorikeet.engine.text;

import java.util.Arrays;

/**
 * Turns ids into text as they come, never splitting a character: bytes of an unfinished one wait for the rest.
 *
 * <p>A token's text may depend on its neighbour's (leading spaces), so each is decoded together with those of the step
 * before, and only what is new is given out. Not thread-safe.
 */
public final class IncrementalDecoder {
    private static final char UNFINISHED = '\uFFFD';
    /** Longest UTF-8 character in byte tokens; whatever is longer will never be finished. */
    private static final int LONGEST_CHARACTER = 4;

    private final Tokenizer tokenizer;
    private int[] ids = new int[64];
    private int size;
    private int shownFrom;
    private int shownTo;

    IncrementalDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Takes the next id and returns the text that became certain by it, often one word, sometimes empty. */
    public String next(int id) {
        if (size == ids.length) {
            compact();
        }
        ids[size++] = id;
        var text = decode(shownFrom, size);
        boolean unfinished =
                !text.isEmpty() && text.charAt(text.length() - 1) == UNFINISHED && size - shownTo < LONGEST_CHARACTER;
        return unfinished ? "" : show(text);
    }

    /** The rest: what an unfinished character's bytes decode to, usually nothing. */
    public String finish() {
        return show(decode(shownFrom, size));
    }

    private String show(String text) {
        var shown = decode(shownFrom, shownTo);
        var fresh = text.length() > shown.length() ? text.substring(shown.length()) : "";
        if (!fresh.isEmpty()) {
            shownFrom = shownTo;
            shownTo = size;
        }
        return fresh;
    }

    private String decode(int from, int to) {
        return from == to ? "" : tokenizer.decode(Arrays.copyOfRange(ids, from, to), true);
    }

    private void compact() {
        int kept = size - shownFrom;
        var target = kept * 2 > ids.length ? new int[ids.length * 2] : ids;
        System.arraycopy(ids, shownFrom, target, 0, kept);
        ids = target;
        size = kept;
        shownTo -= shownFrom;
        shownFrom = 0;
    }
}
