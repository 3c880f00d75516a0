package dev.lorikeet.engine.decode;

import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.image.Patches;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One text being generated: its tokens, how many of them the KV cache holds, its slot. Made by {@link Decoder#open};
 * belongs to the thread that owns the decoder.
 *
 * <p>An adapter may put something before the text, which takes positions of the cache but is no token of it: virtual
 * tokens or a picture's patches, computed with the first tokens taken in, or keys and values, written before.
 */
public final class Sequence {
    private final @Nullable ResidentAdapter adapter;
    private final @Nullable Patches picture;
    private final Sampler sampler;
    private final int promptLength;
    private int[] tokens;
    private int length;
    /** Tokens of the text that were taken in. */
    private int taken;
    /** Positions in the cache. */
    private int cached;

    private int slot;

    Sequence(int[] prompt, @Nullable ResidentAdapter adapter, @Nullable Patches picture, Sampler sampler, int slot) {
        this.picture = picture;
        this.tokens = prompt.clone();
        this.length = prompt.length;
        this.promptLength = prompt.length;
        this.adapter = adapter;
        this.sampler = sampler;
        this.slot = slot;
    }

    /** Tokens so far: the prompt and what was generated. */
    public int length() {
        return length;
    }

    /** Tokens of the prompt. */
    public int promptLength() {
        return promptLength;
    }

    /** Tokens not yet taken in by a step. */
    public int pending() {
        return length - taken;
    }

    /** The token at a position. */
    public int token(int position) {
        if (position < 0 || position >= length) {
            throw new IndexOutOfBoundsException("position " + position + " of " + length);
        }
        return tokens[position];
    }

    /** The adapter that it runs with; null for the base model. */
    public @Nullable ResidentAdapter adapter() {
        return adapter;
    }

    /** The picture that comes in with the next tokens, or null. */
    @Nullable Patches nextPicture() {
        return taken == 0 ? picture : null;
    }

    /** Positions that the cache holds. */
    int cached() {
        return cached;
    }

    /** Rows that taking in so many tokens makes: virtual tokens come in with the first ones. */
    int rows(int count) {
        return count + (taken == 0 ? virtualTokens() : 0);
    }

    /** Positions in the cache when so many more tokens are taken in. */
    int cachedAfter(int count) {
        return cached + rows(count) + (taken == 0 ? precedingLength() : 0);
    }

    /**
     * The id of a row that comes next: of a virtual token it lies beyond the vocabulary.
     *
     * @param row from 0, of what is taken in next
     */
    long id(int row, int vocabulary) {
        int front = rows(0);
        if (row < front && picture != null) {
            // Any token: its vector is not read.
            return 0;
        }
        return row < front ? (long) vocabulary + row : tokens[taken + row - front];
    }

    private int virtualTokens() {
        return adapter == null ? 0 : adapter.virtualTokens();
    }

    /** Length of the keys and values that stand before the text. */
    int precedingLength() {
        Effects.Prefix prefix = adapter == null ? null : adapter.prefix();
        return prefix == null ? 0 : prefix.tokens();
    }

    /** Keys and values were written into the cache. */
    void preceded() {
        cached = precedingLength();
    }

    /** Whether nothing was taken in yet. */
    boolean fresh() {
        return taken == 0;
    }

    int slot() {
        return slot;
    }

    Sampler sampler() {
        return sampler;
    }

    /** Nothing is pending any more, and nothing will be. */
    void broke() {
        taken = length;
    }

    void advance(int count) {
        cached += rows(count);
        taken += count;
    }

    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(16, tokens.length * 2));
        }
        tokens[length++] = token;
    }

    void moveTo(int other) {
        slot = other;
    }

    void closed() {
        slot = -1;
    }
}
