package dev.lorikeet.engine.train;

/**
 * Settings of AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW computes it) and of gradient clipping.
 *
 * @param beta1 decay of the gradient's mean, 0 to below 1
 * @param beta2 decay of the squared gradient's mean, 0 to below 1
 * @param epsilon added to the denominator, above 0
 * @param weightDecay decoupled decay, at least 0
 * @param maxGradientNorm largest global norm of a step's gradient; 0 switches clipping off
 * @param factorRates rates of a low-rank update's factors
 */
public record AdamWSettings(
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradientNorm,
        FactorRates factorRates) {
    /** torch's defaults, the gradient's norm clipped to 1. */
    public static final AdamWSettings DEFAULT = new AdamWSettings(0.9, 0.999, 1e-8, 0.01, 1.0);

    public AdamWSettings {
        requireDecay("beta1", beta1);
        requireDecay("beta2", beta2);
        if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("epsilon must be above 0, not " + epsilon);
        }
        requireNotNegative("weight decay", weightDecay);
        requireNotNegative("largest gradient norm", maxGradientNorm);
    }

    /** One learning rate for all factors. */
    public AdamWSettings(double beta1, double beta2, double epsilon, double weightDecay, double maxGradientNorm) {
        this(beta1, beta2, epsilon, weightDecay, maxGradientNorm, FactorRates.EQUAL);
    }

    /** The same with other rates of factors. */
    public AdamWSettings withFactorRates(FactorRates rates) {
        return new AdamWSettings(beta1, beta2, epsilon, weightDecay, maxGradientNorm, rates);
    }

    private static void requireDecay(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be 0 to below 1, not " + value);
        }
    }

    private static void requireNotNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be at least 0 and finite, not " + value);
        }
    }
}
