package dev.lorikeet.cli.experiment.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One direction of a chart.
 *
 * @param title what it measures, with its unit
 * @param low the least value shown
 * @param high the greatest value shown, above the least
 * @param logarithmic whether equal steps are equal ratios
 * @param ticks values that are written
 */
public record Axis(String title, double low, double high, boolean logarithmic, List<Double> ticks) {
    private static final double MARGIN = 0.06;
    private static final int ABOUT_TICKS = 7;
    /** Smaller numbers are written as powers of ten. */
    private static final double LEAST_PLAIN = 0.001;

    /** Copies, and checks the range. */
    public Axis {
        ticks = List.copyOf(ticks);
        if (!(low < high) || Double.isInfinite(high - low) || (logarithmic && !(low > 0))) {
            throw new IllegalArgumentException("an axis from " + low + " to " + high + " is not possible");
        }
    }

    /** An axis that holds all values with some room, at round numbers; {@code values} are not empty. */
    public static Axis holding(String title, List<Double> values) {
        double low = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double high = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        double room = high > low ? MARGIN * (high - low) : Math.max(MARGIN * Math.abs(low), 1e-9);
        // What cannot be negative shall not seem so.
        double from = low >= 0 && low - room < 0 ? 0 : low - room;
        double to = high + room;
        double step = step((to - from) / ABOUT_TICKS);
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
            ticks.add(i * step);
        }
        return new Axis(title, from, to, false, ticks);
    }

    /** A logarithmic axis on which these values, all above 0, are written. */
    public static Axis ratios(String title, List<Double> values) {
        double low = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double high = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return new Axis(
                title,
                low / 1.3,
                high * 1.3,
                true,
                values.stream().distinct().sorted().toList());
    }

    /** A logarithmic axis between powers of ten that hold all values, which are above 0. */
    public static Axis decades(String title, List<Double> values) {
        double low = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double high = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        int from = (int) Math.floor(Math.log10(low));
        int to = Math.max(from + 1, (int) Math.ceil(Math.log10(high)));
        List<Double> ticks = new ArrayList<>();
        for (int power = from; power <= to; power++) {
            ticks.add(Math.pow(10, power));
        }
        return new Axis(title, Math.pow(10, from), Math.pow(10, to), true, ticks);
    }

    /** 1, 2 or 5 times a power of ten, at least as large as asked. */
    private static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= least * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Where a value lies: 0 at the least, 1 at the greatest. */
    public double position(double value) {
        return logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /** A tick as it is written: with as many decimals as tell neighbours apart. */
    String label(double tick) {
        if (logarithmic && tick < LEAST_PLAIN) {
            return String.format(Locale.ROOT, "%.0e", tick).replace("e-0", "e-");
        }
        if (logarithmic || ticks.size() < 2) {
            return plain(tick, 6);
        }
        double step = Math.abs(ticks.get(1) - ticks.get(0));
        int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
        return String.format(Locale.ROOT, "%." + decimals + "f", tick == 0 ? 0.0 : tick);
    }

    private static String plain(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
