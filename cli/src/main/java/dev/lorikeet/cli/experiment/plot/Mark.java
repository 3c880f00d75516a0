package dev.lorikeet.cli.experiment.plot;

/**
 * One point of a chart, with how far it may lie otherwise.
 *
 * @param x where it stands
 * @param y what was measured
 * @param low the error bar's lower end; {@code y} for none
 * @param high the error bar's upper end; {@code y} for none
 */
public record Mark(double x, double y, double low, double high) {
    /** A point without an error bar. */
    public static Mark at(double x, double y) {
        return new Mark(x, y, y, y);
    }
}
