package dev.lorikeet.cli.experiment.plot;

import java.util.List;
import java.util.Locale;

/**
 * A number for each pair of a column and a row, the larger the darker.
 *
 * @param title above it
 * @param note below it, up to two lines
 * @param columns names from left to right
 * @param rows names from the top down
 * @param rowTitle what the rows are
 * @param values for each row a number for each column, none negative
 */
public record HeatMap(
        String title,
        String note,
        List<String> columns,
        List<String> rows,
        String rowTitle,
        List<List<Double>> values) {
    private static final int LEFT = 84;
    private static final int TOP = 64;
    private static final int BOTTOM = 50;
    private static final int WIDE = 74;
    private static final int HIGH = 20;
    private static final int LEAST_WIDTH = 560;

    /** Copies, and checks the shape. */
    public HeatMap {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        values = values.stream().map(List::copyOf).toList();
        int wide = columns.size();
        if (values.size() != rows.size() || values.stream().anyMatch(row -> row.size() != wide)) {
            throw new IllegalArgumentException("values are not of " + rows.size() + " rows and " + wide + " columns");
        }
    }

    /** The picture. */
    public String svg() {
        int bottom = TOP + HIGH * rows.size();
        Svg svg = new Svg(Math.max(LEAST_WIDTH, LEFT + WIDE * columns.size() + 24), bottom + BOTTOM, title);
        double most = values.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        for (int column = 0; column < columns.size(); column++) {
            svg.text(LEFT + WIDE * (column + 0.5), TOP - 8, "middle", "", columns.get(column));
        }
        svg.upwards(18, (TOP + bottom) / 2.0, rowTitle);
        for (int row = 0; row < rows.size(); row++) {
            svg.text(LEFT - 8, TOP + HIGH * (row + 0.5) + 4, "end", "", rows.get(row));
            for (int column = 0; column < columns.size(); column++) {
                double value = values.get(row).get(column);
                double share = most > 0 ? value / most : 0;
                double x = LEFT + WIDE * column;
                double y = TOP + HIGH * row;
                svg.rectangle(x + 1, y + 1, WIDE - 2, HIGH - 2, shade(share), "cell");
                svg.text(x + WIDE / 2.0, y + HIGH / 2.0 + 4, text(value), share > 0.55 ? "#ffffff" : "#222222");
            }
        }
        svg.notes(16, note);
        return svg.document();
    }

    private static String text(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.1f", value);
    }

    /** From nearly white to dark blue. */
    private static String shade(double share) {
        return "#%02x%02x%02x".formatted(mix(0xf3, 0x08, share), mix(0xf7, 0x45, share), mix(0xfb, 0x94, share));
    }

    private static int mix(int from, int to, double share) {
        return (int) Math.round(from + (to - from) * share);
    }
}
