package dev.lorikeet.scheduler.job;

import java.util.List;

/**
 * What an attempt made of its dataset.
 *
 * @param examples trained on
 * @param heldOut for validation
 * @param truncated those among them that were cut
 * @param unlabelled left out because no token of theirs would be learned
 * @param unlabelledLines the first lines, from 1, of those left out
 */
public record DatasetUse(long examples, long heldOut, long truncated, long unlabelled, List<Long> unlabelledLines) {
    /** Nothing known. */
    public static final DatasetUse UNKNOWN = new DatasetUse(0, 0, 0, 0, List.of());

    public DatasetUse {
        unlabelledLines = List.copyOf(unlabelledLines);
    }
}
