package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.trainer.attempt.DatasetUse;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A job's examples, ready to be trained on.
 *
 * @param encoded those that are trained on
 * @param heldOut those that are not
 * @param use what became of all of them
 * @param labels names of the classes that they are of; empty where the base model continues texts
 */
record Examples(List<EncodedExample> encoded, List<EncodedExample> heldOut, DatasetUse use, List<String> labels) {
    Examples {
        encoded = List.copyOf(encoded);
        heldOut = List.copyOf(heldOut);
        labels = List.copyOf(labels);
    }

    /** Examples in two parts. */
    record Split(List<EncodedExample> train, List<EncodedExample> heldOut) {}

    /**
     * Holds a share of examples out, at least one and never all; the same seed chooses the same ones.
     *
     * @param all two or more unless the share is 0
     */
    static Split split(List<EncodedExample> all, double share, long seed) {
        if (share == 0) {
            return new Split(all, List.of());
        }
        int count = Math.clamp(Math.round(share * all.size()), 1, all.size() - 1);
        SplittableRandom random = new SplittableRandom(seed);
        BitSet chosen = new BitSet(all.size());
        // Floyd's sampling: so many distinct numbers below the size.
        for (int last = all.size() - count; last < all.size(); last++) {
            int candidate = random.nextInt(last + 1);
            chosen.set(chosen.get(candidate) ? last : candidate);
        }
        List<EncodedExample> train = new ArrayList<>();
        List<EncodedExample> heldOut = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            (chosen.get(i) ? heldOut : train).add(all.get(i));
        }
        return new Split(train, heldOut);
    }
}
