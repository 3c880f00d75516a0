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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are computed at once, padded behind to the longest.
 *
 * @param rows how many
 * @param length of each, padding included
 * @param ids rows * length tokens
 * @param lengths of each row without padding
 * @param positions flat positions whose next token is labelled; of texts with a class those of their first tokens
 * @param targets those next tokens, or the classes
 * @param tokens tokens without padding
 * @param pictures one a row, of one grid, or none at all
 * @param starts where in its row the example of each token begins, rows * length; empty where every row is one example
 * @param kinds of each token of texts with a class, rows * length; else empty
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
        List<Patches> pictures,
        long[] starts,
        long[] kinds) {
    /** Texts alone, one a row. */
    MicroBatch(int rows, int length, long[] ids, long[] lengths, long[] positions, long[] targets, long tokens) {
        this(rows, length, ids, lengths, positions, targets, tokens, List.of(), new long[0], new long[0]);
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
        List<List<EncodedExample>> byLength = window.stream()
                .sorted(Comparator.comparingInt((EncodedExample example) -> example.tokens().length)
                        .reversed())
                .map(List::of)
                .toList();
        return of(byLength, rows, one -> padded(one, false, grid));
    }

    /** The same, examples sharing rows where the batching says so: texts alone then. */
    static List<MicroBatch> of(List<EncodedExample> window, Batching batching, @Nullable Grid grid) {
        return batching.packing() == 0
                ? of(window, batching.rows(), grid)
                : of(Packing.rows(window, batching.packing()), batching.rows(), one -> padded(one, true, null));
    }

    private static List<MicroBatch> of(
            List<List<EncodedExample>> all, int rows, Function<List<List<EncodedExample>>, MicroBatch> padded) {
        List<MicroBatch> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += rows) {
            batches.add(padded.apply(all.subList(from, Math.min(from + rows, all.size()))));
        }
        return batches;
    }

    private static int tokens(List<EncodedExample> row) {
        return row.stream().mapToInt(example -> example.tokens().length).sum();
    }

    /** @param shared whether rows may hold several examples */
    private static MicroBatch padded(List<List<EncodedExample>> rows, boolean shared, @Nullable Grid grid) {
        int length = rows.stream().mapToInt(MicroBatch::tokens).max().orElseThrow();
        long[] ids = new long[rows.size() * length];
        long[] lengths = new long[rows.size()];
        long[] starts = new long[shared ? ids.length : 0];
        boolean classified = rows.getFirst().getFirst().classified() != null;
        long[] kinds = new long[classified ? ids.length : 0];
        long[] positions = new long[ids.length];
        long[] targets = new long[ids.length];
        int labelled = 0;
        for (int row = 0; row < rows.size(); row++) {
            int start = 0;
            for (EncodedExample example : rows.get(row)) {
                int[] tokens = example.tokens();
                int first = row * length + start;
                EncodedExample.Classified own = example.classified();
                if (own != null) {
                    positions[labelled] = first;
                    targets[labelled] = own.number();
                    labelled++;
                    for (int i = 0; i < tokens.length; i++) {
                        kinds[first + i] = own.kinds()[i];
                    }
                }
                for (int i = 0; i < tokens.length; i++) {
                    ids[first + i] = tokens[i];
                    if (i > 0 && example.labelled()[i]) {
                        positions[labelled] = (long) first + i - 1;
                        targets[labelled] = tokens[i];
                        labelled++;
                    }
                }
                if (shared) {
                    Arrays.fill(starts, first, first + tokens.length, start);
                }
                start += tokens.length;
            }
            lengths[row] = start;
            // Padding sees itself alone: a token that sees nothing would be NaN.
            for (int at = start; shared && at < length; at++) {
                starts[row * length + at] = at;
            }
        }
        return new MicroBatch(
                rows.size(),
                length,
                ids,
                lengths,
                Arrays.copyOf(positions, labelled),
                Arrays.copyOf(targets, labelled),
                Arrays.stream(lengths).sum(),
                grid == null
                        ? List.of()
                        : rows.stream()
                                .map(row -> picture(row.getFirst(), grid))
                                .toList(),
                starts,
                kinds);
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

    /** Targets that carry loss: a class, or tokens; the first of a text has nothing before it to be predicted from. */
    static int labelledTokens(EncodedExample example) {
        int count = example.classified() == null ? 0 : 1;
        for (int i = 1; i < example.labelled().length; i++) {
            if (example.labelled()[i]) {
                count++;
            }
        }
        return count;
    }
}
