package dev.lorikeet.engine.decode;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One text being generated: its tokens, how many of them the KV cache holds, its slot. Made by {@link Decoder#open};
 * belongs to the thread that owns the decoder.
 */
public final class Sequence {
    private final @Nullable ResidentAdapter adapter;
    private final Sampler sampler;
    private final int promptLength;
    private int[] tokens;
    private int length;
    private int cached;
    private int slot;

    Sequence(int[] prompt, @Nullable ResidentAdapter adapter, Sampler sampler, int slot) {
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
        return length - cached;
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

    int cached() {
        return cached;
    }

    int slot() {
        return slot;
    }

    Sampler sampler() {
        return sampler;
    }

    /** Nothing is pending any more, and nothing will be. */
    void broke() {
        cached = length;
    }

    void advance(int count) {
        cached += count;
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
