package dev.lorikeet.engine.data;

import dev.lorikeet.engine.text.Tokenizer;
import dev.lorikeet.engine.text.TypedTokens;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns texts with labels into tokens and class numbers, exactly as serving reads them: with the special tokens that the
 * tokenizer adds, the second text of a pair marked where the model tells the two apart. Of what is too long the end is cut
 * off, of a pair that of the longer text, so that the special tokens stay. Safe for use by several threads.
 */
public final class ClassEncoder {
    private final Tokenizer tokenizer;
    private final int kinds;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final int maxLength;

    /**
     * An encoder for one model.
     *
     * @param kinds of tokens that the model tells apart
     * @param labels names of the classes in the order of their numbers
     * @param maxLength the longest example in tokens, at least 2
     */
    public ClassEncoder(Tokenizer tokenizer, int kinds, List<String> labels, int maxLength) {
        if (maxLength < 2) {
            throw new IllegalArgumentException("the longest length must be at least 2 tokens, not " + maxLength);
        }
        this.tokenizer = tokenizer;
        this.kinds = kinds;
        for (String label : labels) {
            numbers.put(label, numbers.size());
        }
        this.maxLength = maxLength;
    }

    /**
     * Encodes one example.
     *
     * @throws IllegalArgumentException if its label is not known, or it has no token
     */
    public EncodedExample encode(Example.Classified example) {
        Integer number = numbers.get(example.label());
        if (number == null) {
            throw new IllegalArgumentException("the label '" + example.label() + "' is not known");
        }
        TypedTokens whole =
                tokenizer.encodeTyped(example.text(), example.pair()).forKinds(kinds);
        if (whole.ids().length == 0) {
            throw new IllegalArgumentException("the text has no token");
        }
        if (whole.ids().length <= maxLength) {
            return EncodedExample.ofClass(number, whole.ids(), whole.types(), false);
        }
        TypedTokens cut = cut(whole, example.text(), example.pair());
        return EncodedExample.ofClass(number, cut.ids(), cut.types(), true);
    }

    private TypedTokens cut(TypedTokens whole, String text, @Nullable String pair) {
        int[] first = tokenizer.encode(text, false);
        int[] second = pair == null ? new int[0] : tokenizer.encode(pair, false);
        int from = find(first, whole.ids(), 0);
        int behind = find(second, whole.ids(), Math.max(0, from) + first.length);
        int room = maxLength - (whole.ids().length - first.length - second.length);
        if (from < 0 || behind < 0 || room < 0) {
            return new TypedTokens(Arrays.copyOf(whole.ids(), maxLength), Arrays.copyOf(whole.types(), maxLength));
        }
        int left = first.length;
        int right = second.length;
        while (left + right > room) {
            if (left >= right) {
                left--;
            } else {
                right--;
            }
        }
        int[] ids = new int[maxLength];
        int[] types = new int[maxLength];
        int to = 0;
        for (int i = 0; i < whole.ids().length; i++) {
            boolean gone = (i >= from + left && i < from + first.length)
                    || (i >= behind + right && i < behind + second.length);
            if (!gone) {
                ids[to] = whole.ids()[i];
                types[to] = whole.types()[i];
                to++;
            }
        }
        return new TypedTokens(ids, types);
    }

    /** Where a part stands in a whole, at or behind a place; -1 if nowhere. */
    private static int find(int[] part, int[] whole, int begin) {
        for (int at = begin; at + part.length <= whole.length; at++) {
            if (Arrays.equals(part, 0, part.length, whole, at, at + part.length)) {
                return at;
            }
        }
        return -1;
    }
}
