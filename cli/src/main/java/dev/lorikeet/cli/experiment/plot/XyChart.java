package dev.lorikeet.cli.experiment.plot;

import java.util.List;

/**
 * A chart of points over two axes: joined ones are curves, others a cloud.
 *
 * @param title above it
 * @param note below it, up to two lines: what the error bars are
 * @param x from left to right
 * @param y from the bottom up
 * @param series what it shows
 */
public record XyChart(String title, String note, Axis x, Axis y, List<Series> series) {
    private static final int WIDTH = 680;
    private static final int HEIGHT = 412;
    private static final int LEFT = 72;
    private static final int RIGHT = 150;
    private static final int TOP = 44;
    private static final int BOTTOM = 82;
    private static final double CAP = 4;

    /** Copies. */
    public XyChart {
        series = List.copyOf(series);
    }

    /** The picture. */
    public String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT, title);
        axes(svg);
        for (int i = 0; i < series.size(); i++) {
            draw(svg, series.get(i), Svg.colour(i));
            double at = TOP + 12 + 20.0 * i;
            svg.circle(WIDTH - RIGHT + 18, at - 4, 4, Svg.colour(i), "key");
            svg.text(WIDTH - RIGHT + 28, at, "start", "", series.get(i).name());
        }
        svg.notes(16, note);
        return svg.document();
    }

    private void axes(Svg svg) {
        double bottom = HEIGHT - BOTTOM;
        double right = WIDTH - RIGHT;
        for (double tick : y.ticks()) {
            svg.line(LEFT, down(tick), right, down(tick), "grid");
            svg.text(LEFT - 8, down(tick) + 4, "end", "", y.label(tick));
        }
        for (double tick : x.ticks()) {
            svg.line(across(tick), bottom, across(tick), bottom + 5, "axis");
            svg.text(across(tick), bottom + 19, "middle", "", x.label(tick));
        }
        svg.line(LEFT, bottom, right, bottom, "axis");
        svg.line(LEFT, TOP, LEFT, bottom, "axis");
        svg.text((LEFT + right) / 2, bottom + 38, "middle", "", x.title());
        svg.upwards(18, (TOP + bottom) / 2, y.title());
    }

    private void draw(Svg svg, Series one, String colour) {
        StringBuilder path = new StringBuilder();
        for (Mark mark : one.marks()) {
            path.append(path.isEmpty() ? "M" : " L")
                    .append(Svg.number(across(mark.x())))
                    .append(' ')
                    .append(Svg.number(down(mark.y())));
        }
        if (one.joined() && !path.isEmpty()) {
            svg.path(path.toString(), "joined", colour);
        }
        for (Mark mark : one.marks()) {
            if (mark.low() < mark.high()) {
                bar(svg, mark, colour);
            }
            svg.circle(across(mark.x()), down(mark.y()), one.joined() ? 4 : 3, colour, "point");
        }
    }

    private void bar(Svg svg, Mark mark, String colour) {
        double at = across(mark.x());
        double from = down(mark.low());
        double to = down(mark.high());
        svg.path(
                "M%s %s V%s M%s %s h%s M%s %s h%s"
                        .formatted(
                                Svg.number(at),
                                Svg.number(from),
                                Svg.number(to),
                                Svg.number(at - CAP),
                                Svg.number(from),
                                Svg.number(2 * CAP),
                                Svg.number(at - CAP),
                                Svg.number(to),
                                Svg.number(2 * CAP)),
                "bar",
                colour);
    }

    private double across(double value) {
        return LEFT + x.position(value) * (WIDTH - LEFT - RIGHT);
    }

    private double down(double value) {
        return HEIGHT - BOTTOM - y.position(value) * (HEIGHT - TOP - BOTTOM);
    }
}
