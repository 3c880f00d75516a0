package dev.lorikeet.engine.decode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.script.Script;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the open sequences: a slot each, all of one capacity. Slots and capacity grow by doubling as they
 * are needed and never pass their limits; open sequences always have the lowest slots, so that a decode batch reads
 * adjacent memory. A slot is zeroed when its sequence ends: nothing of one tenant's is left for another's.
 */
final class KeyValueCache {
    private static final int SMALLEST_SLOTS = 4;
    private static final int SMALLEST_CAPACITY = 64;

    private final Script script;
    private final NDManager manager;
    private final NDArray like;
    private final int contextLength;
    private final @Nullable Sequence[] sequences;
    private int open;
    private int slots;
    private int capacity;

    KeyValueCache(Script script, NDManager manager, int maxSequences, int contextLength) {
        this.script = script;
        this.manager = manager;
        this.contextLength = contextLength;
        this.sequences = new @Nullable Sequence[maxSequences];
        this.like = manager.create(new float[] {0});
        script.call(manager, "clear_cache", Script.Mode.NO_GRADIENT, like);
    }

    int freeSlots() {
        return sequences.length - open;
    }

    long bytes(ModelConfig config, Precision precision) {
        return 2L * config.layers() * slots * config.keyValueHeads() * capacity * config.headSize() * precision.bytes();
    }

    Sequence take(IntFunction<Sequence> make) {
        if (open == sequences.length) {
            throw new IllegalStateException("all " + sequences.length + " sequences are in use");
        }
        Sequence sequence = make.apply(open);
        sequences[open++] = sequence;
        return sequence;
    }

    boolean holds(Sequence sequence) {
        int slot = sequence.slot();
        return slot >= 0 && slot < open && sequences[slot] == sequence;
    }

    /** Makes room for every open sequence, and for this many positions. */
    void reach(int positions) {
        if (open <= slots && positions <= capacity) {
            return;
        }
        int moreSlots = Math.min(sequences.length, Math.max(slots, grown(open, SMALLEST_SLOTS)));
        int moreCapacity = Math.min(contextLength, Math.max(capacity, grown(positions, SMALLEST_CAPACITY)));
        try (NDManager scope = manager.newSubManager()) {
            script.call(
                    scope,
                    "resize",
                    Script.Mode.NO_GRADIENT,
                    scope.create((long) moreSlots),
                    scope.create((long) moreCapacity),
                    like);
        }
        slots = moreSlots;
        capacity = moreCapacity;
    }

    /** Frees a sequence's slot; the last one moves into it. */
    void release(Sequence sequence) {
        int slot = sequence.slot();
        forget(slot, slot, sequence.cached());
        int last = --open;
        Sequence mover = sequences[last];
        if (mover == null) {
            throw new IllegalStateException("slot " + last + " is empty");
        }
        if (last != slot) {
            forget(last, slot, mover.cached());
            mover.moveTo(slot);
            sequences[slot] = mover;
        }
        sequences[last] = null;
        sequence.closed();
    }

    private void forget(int source, int target, int length) {
        if (length == 0) {
            return;
        }
        try (NDManager scope = manager.newSubManager()) {
            script.call(
                    scope,
                    "move",
                    Script.Mode.NO_GRADIENT,
                    scope.create((long) source),
                    scope.create((long) target),
                    scope.create((long) length));
        }
    }

    private static int grown(int needed, int smallest) {
        return needed <= smallest ? smallest : Integer.highestOneBit(needed - 1) * 2;
    }
}
