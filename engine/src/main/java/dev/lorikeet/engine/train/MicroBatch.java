package dev.lorikeet.engine.train;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.image.EncodedImage;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.image.InvalidImageException;
import dev.lorikeet.engine.image.Patches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are computed at once, padded behind to the longest.
 *
 * @param rows how many
 * @param length of each, padding included
 * @param ids rows * length tokens
 * @param lengths of each row without padding
 * @param positions flat positions whose next token is labelled
 * @param targets those next tokens
 * @param tokens tokens without padding
 * @param pictures one a row, of one grid, or none at all
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of parallel arrays, never compared
record MicroBatch(
        int rows,
        int length,
        long[] ids,
        long[] lengths,
        long[] positions,
        long[] targets,
        long tokens,
        List<Patches> pictures) {
    /** Text alone. */
    MicroBatch(int rows, int length, long[] ids, long[] lengths, long[] positions, long[] targets, long tokens) {
        this(rows, length, ids, lengths, positions, targets, tokens, List.of());
    }

    /** Cuts a window of texts, as {@link #of(List, int, Grid)}. */
    static List<MicroBatch> of(List<EncodedExample> window, int rows) {
        return of(window, rows, null);
    }

    /**
     * Cuts a window into micro-batches. Neighbours are of similar length, so that little is padded; which examples share
     * a window, and so a gradient, is not touched.
     *
     * @param grid how the examples' pictures are cut; null if they are not looked at
     */
    static List<MicroBatch> of(List<EncodedExample> window, int rows, @Nullable Grid grid) {
        List<EncodedExample> byLength = new ArrayList<>(window);
        byLength.sort(Comparator.comparingInt((EncodedExample example) -> example.tokens().length)
                .reversed());
        List<MicroBatch> batches = new ArrayList<>();
        for (int from = 0; from < byLength.size(); from += rows) {
            batches.add(padded(byLength.subList(from, Math.min(from + rows, byLength.size())), grid));
        }
        return batches;
    }

    private static MicroBatch padded(List<EncodedExample> examples, @Nullable Grid grid) {
        int length = examples.stream()
                .mapToInt(example -> example.tokens().length)
                .max()
                .orElseThrow();
        long[] ids = new long[examples.size() * length];
        long[] lengths = new long[examples.size()];
        long[] positions = new long[ids.length];
        long[] targets = new long[ids.length];
        int labelled = 0;
        long tokens = 0;
        for (int row = 0; row < examples.size(); row++) {
            int[] own = examples.get(row).tokens();
            boolean[] labels = examples.get(row).labelled();
            tokens += own.length;
            lengths[row] = own.length;
            for (int i = 0; i < own.length; i++) {
                ids[row * length + i] = own[i];
                if (i > 0 && labels[i]) {
                    positions[labelled] = (long) row * length + i - 1;
                    targets[labelled] = own[i];
                    labelled++;
                }
            }
        }
        return new MicroBatch(
                examples.size(),
                length,
                ids,
                lengths,
                Arrays.copyOf(positions, labelled),
                Arrays.copyOf(targets, labelled),
                tokens,
                grid == null
                        ? List.of()
                        : examples.stream()
                                .map(example -> picture(example, grid))
                                .toList());
    }

    /** An example's picture. Decoded whenever it is needed: files are small, pixels are not. */
    static Patches picture(EncodedExample example, Grid grid) {
        EncodedImage image = example.image();
        if (image == null) {
            throw new IllegalStateException("an example without a picture got through the checks");
        }
        try {
            return image.decode().patches(grid);
        } catch (InvalidImageException e) {
            throw new IllegalArgumentException("a picture that was not checked: " + e.reason(), e);
        }
    }

    /** Tokens that carry loss: the first of a text has nothing before it to be predicted from. */
    static int labelledTokens(EncodedExample example) {
        int count = 0;
        for (int i = 1; i < example.labelled().length; i++) {
            if (example.labelled()[i]) {
                count++;
            }
        }
        return count;
    }
}
