package dev.lorikeet.engine.train;

/**
 * How the learning rate moves: up in a straight line during the warm-up, then along a shape.
 *
 * <p>Of T steps counted from 0, W of them warm-up, step s has the peak rate times (s + 1) / (W + 1) if s &lt; W; after
 * that, with p = (s - W) / (T - W): cosine (1 + cos pi p) / 2, linear 1 - p, constant 1. No step has rate 0.
 *
 * @param shape the shape after the warm-up
 * @param peakRate the largest rate, above 0
 * @param warmUpSteps W, at least 0; a run shorter than this never reaches the peak
 */
public record Schedule(Shape shape, double peakRate, int warmUpSteps) {
    /** What the rate does after the warm-up. */
    public enum Shape {
        COSINE,
        CONSTANT,
        LINEAR
    }

    public Schedule {
        if (!(peakRate > 0) || Double.isInfinite(peakRate)) {
            throw new IllegalArgumentException("learning rate must be above 0 and finite, not " + peakRate);
        }
        if (warmUpSteps < 0) {
            throw new IllegalArgumentException("warm-up steps must not be negative: " + warmUpSteps);
        }
    }

    /** The peak rate throughout. */
    public static Schedule constant(double rate) {
        return new Schedule(Shape.CONSTANT, rate, 0);
    }

    /** Half a cosine from the peak towards zero. */
    public static Schedule cosine(double peakRate, int warmUpSteps) {
        return new Schedule(Shape.COSINE, peakRate, warmUpSteps);
    }

    /** The rate of a step, counted from 0. */
    public double rate(int step, int totalSteps) {
        if (step < 0 || step >= totalSteps) {
            throw new IllegalArgumentException("step " + step + " is not one of " + totalSteps);
        }
        if (step < warmUpSteps) {
            return peakRate * (step + 1) / (warmUpSteps + 1);
        }
        double progress = (double) (step - warmUpSteps) / (totalSteps - warmUpSteps);
        return switch (shape) {
            case CONSTANT -> peakRate;
            case LINEAR -> peakRate * (1 - progress);
            case COSINE -> peakRate * (1 + Math.cos(Math.PI * progress)) / 2;
        };
    }
}
