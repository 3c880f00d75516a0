package dev.lorikeet.trainer.attempt;

import java.util.List;

/**
 * What an attempt made of its dataset.
 *
 * @param examples trained on
 * @param heldOut for validation
 * @param truncated those among them that were cut at the longest sequence
 * @param unlabelled left out because no token of theirs would be learned
 * @param unlabelledLines the first lines, from 1, of those left out
 */
public record DatasetUse(long examples, long heldOut, long truncated, long unlabelled, List<Long> unlabelledLines) {
    /** Copies. */
    public DatasetUse {
        unlabelledLines = List.copyOf(unlabelledLines);
    }

    /** All of so many examples, as they are. */
    public static DatasetUse whole(long examples) {
        return new DatasetUse(examples, 0, 0, 0, List.of());
    }
}
