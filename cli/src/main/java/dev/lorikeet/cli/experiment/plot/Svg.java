package dev.lorikeet.cli.experiment.plot;

import java.util.List;
import java.util.Locale;

/** Writes one SVG picture, element by element; sizes in pixels from the upper left. */
final class Svg {
    /** Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008). */
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444"
    };

    private static final String STYLE = "text{font:12px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#333}"
            + ".title{font-size:14px;font-weight:600;fill:#111}.small{font-size:11px;fill:#555}"
            + ".axis{stroke:#888;stroke-width:1}.grid{stroke:#e6e6e6;stroke-width:1}"
            + ".bar{stroke-width:1.5;fill:none}.joined{stroke-width:2;fill:none}";

    private final StringBuilder text = new StringBuilder();
    private final int width;
    private final int height;

    Svg(int width, int height, String title) {
        this.width = width;
        this.height = height;
        text.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
                        .formatted(width, height, width, height));
        text.append("<title>").append(escaped(title)).append("</title>\n");
        text.append("<style>").append(STYLE).append("</style>\n");
        rectangle(0, 0, width, height, "#ffffff");
        text(16, 24, "start", "title", title);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** The colour of the n-th series. */
    static String colour(int number) {
        return COLOURS[number % COLOURS.length];
    }

    void line(double x1, double y1, double x2, double y2, String style) {
        text.append("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
                .formatted(style, number(x1), number(y1), number(x2), number(y2)));
    }

    /** A dashed line of a colour. */
    void dashes(double x1, double y1, double x2, double y2, String colour) {
        text.append("<line stroke=\"%s\" stroke-dasharray=\"4 3\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
                .formatted(colour, number(x1), number(y1), number(x2), number(y2)));
    }

    /** A path of straight lines. */
    void path(String points, String style, String colour) {
        text.append("<path class=\"%s\" stroke=\"%s\" d=\"%s\"/>\n".formatted(style, colour, points));
    }

    void circle(double x, double y, double radius, String colour, String style) {
        text.append("<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\"/>\n"
                .formatted(style, number(x), number(y), number(radius), colour));
    }

    void rectangle(double x, double y, double wide, double high, String colour) {
        rectangle(x, y, wide, high, colour, "area");
    }

    void rectangle(double x, double y, double wide, double high, String colour, String style) {
        text.append("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n"
                .formatted(style, number(x), number(y), number(wide), number(high), colour));
    }

    /** @param anchor start, middle or end */
    void text(double x, double y, String anchor, String style, String content) {
        text.append("<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
                .formatted(style, number(x), number(y), anchor, escaped(content)));
    }

    /** Lines of small text, the last one just above the lower edge. */
    void notes(double x, String lines) {
        List<String> all = lines.lines().toList();
        for (int i = 0; i < all.size(); i++) {
            text(x, height - 12 - 15.0 * (all.size() - 1 - i), "start", "small", all.get(i));
        }
    }

    /** A text in a colour of its own. */
    void text(double x, double y, String content, String colour) {
        text.append("<text x=\"%s\" y=\"%s\" text-anchor=\"middle\" style=\"font-size:11px;fill:%s\">%s</text>\n"
                .formatted(number(x), number(y), colour, escaped(content)));
    }

    /** A text that reads upwards, its middle at a place. */
    void upwards(double x, double y, String content) {
        text.append("<text transform=\"translate(%s %s) rotate(-90)\" text-anchor=\"middle\">%s</text>\n"
                .formatted(number(x), number(y), escaped(content)));
    }

    /** The whole picture. */
    String document() {
        return text + "</svg>\n";
    }

    /** Coordinates to hundredths of a pixel. */
    static String number(double value) {
        String number = String.format(Locale.ROOT, "%.2f", value);
        return number.replaceFirst("\\.?0+$", "");
    }

    private static String escaped(String content) {
        return content.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
