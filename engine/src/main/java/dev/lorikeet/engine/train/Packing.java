package dev.lorikeet.engine.train;

import dev.lorikeet.engine.data.EncodedExample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Which examples share a row: as few rows as can be filled evenly, the longest example first to the emptiest row. */
final class Packing {
    private Packing() {}

    /** A row that is being filled. */
    private static final class Row {
        final int number;
        final List<EncodedExample> examples = new ArrayList<>();
        int tokens;

        Row(int number) {
            this.number = number;
        }
    }

    /**
     * Rows, the longest first.
     *
     * @param examples not empty
     * @param capacity tokens of a row; an example that is longer has a row of its own
     */
    static List<List<EncodedExample>> rows(List<EncodedExample> examples, int capacity) {
        List<EncodedExample> byLength = new ArrayList<>(examples);
        byLength.sort(Comparator.comparingInt((EncodedExample example) -> example.tokens().length)
                .reversed());
        int longest = Math.max(capacity, byLength.getFirst().tokens().length);
        long tokens =
                examples.stream().mapToLong(example -> example.tokens().length).sum();
        int count = Math.toIntExact(Math.ceilDiv(tokens, longest));
        List<Row> rows = filled(byLength, count);
        while (rows.stream().anyMatch(row -> row.tokens > longest)) {
            // With a row for each example all fit.
            count = Math.min(examples.size(), count + Math.max(1, count / 16));
            rows = filled(byLength, count);
        }
        return rows.stream()
                .sorted(Comparator.comparingInt((Row row) -> row.tokens).reversed())
                .map(row -> row.examples)
                .toList();
    }

    private static List<Row> filled(List<EncodedExample> byLength, int count) {
        List<Row> rows = new ArrayList<>();
        PriorityQueue<Row> emptiest = new PriorityQueue<>(
                Comparator.comparingInt((Row row) -> row.tokens).thenComparingInt(row -> row.number));
        for (int number = 0; number < count; number++) {
            rows.add(new Row(number));
            emptiest.add(rows.getLast());
        }
        for (EncodedExample example : byLength) {
            Row row = emptiest.remove();
            row.examples.add(example);
            row.tokens += example.tokens().length;
            emptiest.add(row);
        }
        return rows;
    }
}
