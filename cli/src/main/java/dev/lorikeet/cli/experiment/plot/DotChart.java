package dev.lorikeet.cli.experiment.plot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line for each thing compared: its value as a dot with its error bar, single measurements as small dots.
 *
 * @param title above it
 * @param note below it, up to two lines: what bars and dots are
 * @param axis from left to right
 * @param rows from the top down
 * @param reference a value to compare with, or null
 */
public record DotChart(
        String title,
        String note,
        Axis axis,
        List<Row> rows,
        @Nullable Reference reference) {
    private static final int WIDTH = 680;
    private static final int LEFT = 190;
    private static final int RIGHT = 30;
    private static final int TOP = 56;
    private static final int BOTTOM = 82;
    private static final int STEP = 26;
    private static final double CAP = 4;

    /** Copies. */
    public DotChart {
        rows = List.copyOf(rows);
    }

    /**
     * One line.
     *
     * @param name at its left
     * @param value the large dot
     * @param low the bar's left end
     * @param high the bar's right end
     * @param each single measurements
     */
    public record Row(String name, double value, double low, double high, List<Double> each) {
        /** Copies. */
        public Row {
            each = List.copyOf(each);
        }
    }

    /**
     * A dashed line.
     *
     * @param value where
     * @param name at its upper end
     */
    public record Reference(double value, String name) {}

    /** The picture. */
    public String svg() {
        int bottom = TOP + STEP * rows.size();
        Svg svg = new Svg(WIDTH, bottom + BOTTOM, title);
        for (double tick : axis.ticks()) {
            svg.line(across(tick), TOP, across(tick), bottom, "grid");
            svg.text(across(tick), bottom + 18, "middle", "", axis.label(tick));
        }
        svg.line(LEFT, bottom, WIDTH - RIGHT, bottom, "axis");
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, bottom + 37, "middle", "", axis.title());
        if (reference != null) {
            svg.dashes(across(reference.value()), TOP - 4, across(reference.value()), bottom, "#666666");
            svg.text(across(reference.value()), TOP - 9, "middle", "small", reference.name());
        }
        for (int i = 0; i < rows.size(); i++) {
            draw(svg, rows.get(i), TOP + STEP * (i + 0.5));
        }
        svg.notes(16, note);
        return svg.document();
    }

    private void draw(Svg svg, Row row, double at) {
        svg.text(LEFT - 12, at + 4, "end", "", row.name());
        for (double value : row.each()) {
            svg.circle(across(value), at, 2.5, "#9db8c9", "single");
        }
        if (row.low() < row.high()) {
            svg.path(
                    "M%s %s H%s M%s %s v%s M%s %s v%s"
                            .formatted(
                                    Svg.number(across(row.low())),
                                    Svg.number(at),
                                    Svg.number(across(row.high())),
                                    Svg.number(across(row.low())),
                                    Svg.number(at - CAP),
                                    Svg.number(2 * CAP),
                                    Svg.number(across(row.high())),
                                    Svg.number(at - CAP),
                                    Svg.number(2 * CAP)),
                    "bar",
                    Svg.colour(0));
        }
        svg.circle(across(row.value()), at, 4.5, Svg.colour(0), "point");
    }

    private double across(double value) {
        return LEFT + axis.position(value) * (WIDTH - LEFT - RIGHT);
    }
}
