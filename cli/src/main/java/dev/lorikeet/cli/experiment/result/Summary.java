package dev.lorikeet.cli.experiment.result;

import java.util.List;
import java.util.Locale;

/**
 * Several measurements of one thing in a few numbers.
 *
 * @param count how many, at least 1
 * @param mean of all
 * @param deviation their standard deviation (n - 1), 0 of one
 * @param lowest of all
 * @param highest of all
 * @param median of an even number the mean of the middle two
 */
public record Summary(int count, double mean, double deviation, double lowest, double highest, double median) {
    /**
     * Sums up.
     *
     * @throws IllegalArgumentException if there is nothing
     */
    public static Summary of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing to sum up");
        }
        List<Double> sorted = values.stream().sorted().toList();
        double mean = sorted.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        int count = sorted.size();
        double deviation = count == 1 ? 0 : Math.sqrt(squares / (count - 1));
        double median = (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2;
        return new Summary(count, mean, deviation, sorted.getFirst(), sorted.getLast(), median);
    }

    /** As tables write it: mean and deviation, {@code 1.234 +- 0.012}; of one its value alone. */
    public String text(int decimals) {
        String mean = String.format(Locale.ROOT, "%." + decimals + "f", this.mean);
        return count == 1 ? mean : mean + " ± " + String.format(Locale.ROOT, "%." + decimals + "f", deviation);
    }

    /**
     * Pearson's correlation of two lists; NaN where one of them does not vary.
     *
     * @throws IllegalArgumentException if they are not equally long, or hold less than two numbers
     */
    public static double correlation(List<Double> xs, List<Double> ys) {
        if (xs.size() != ys.size() || xs.size() < 2) {
            throw new IllegalArgumentException(xs.size() + " and " + ys.size() + " numbers have no correlation");
        }
        double meanX = of(xs).mean();
        double meanY = of(ys).mean();
        double both = 0;
        double squaresX = 0;
        double squaresY = 0;
        for (int i = 0; i < xs.size(); i++) {
            double x = xs.get(i) - meanX;
            double y = ys.get(i) - meanY;
            both += x * y;
            squaresX += x * x;
            squaresY += y * y;
        }
        return both / Math.sqrt(squaresX * squaresY);
    }
}
