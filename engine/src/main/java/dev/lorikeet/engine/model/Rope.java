package dev.lorikeet.engine.model;

/**
 * Rotary position embedding: base frequency and scaling.
 *
 * @param theta the base, above 1
 * @param scaling how frequencies are stretched
 */
public record Rope(double theta, RopeScaling scaling) implements Positions {
    public Rope {
        if (!(theta > 1) || Double.isInfinite(theta)) {
            throw new IllegalArgumentException("rope_theta must be above 1, not " + theta);
        }
    }

    /**
     * Radians a position for each pair of a head's dimensions, scaling applied: headSize / 2 values, highest first.
     *
     * <p>Formula: theta^(-2i/headSize); Llama 3's blend as in transformers' {@code modeling_rope_utils}.
     */
    public float[] inverseFrequencies(int headSize) {
        var frequencies = new float[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double frequency = 1.0 / (float) Math.pow(theta, (float) (2 * i) / headSize);
            frequencies[i] = (float) scaled(frequency, i);
        }
        return frequencies;
    }

    private double scaled(double frequency, int index) {
        return switch (scaling) {
            case RopeScaling.None() -> frequency;
            case RopeScaling.Linear(double factor) -> frequency / factor;
            case RopeScaling.Llama3 llama -> blended(frequency, llama);
            case RopeScaling.Divisors(var divisors) -> frequency / divisors.get(index);
        };
    }

    private static double blended(double frequency, RopeScaling.Llama3 llama) {
        double wavelength = 2 * Math.PI / frequency;
        double length = llama.originalContextLength();
        if (wavelength > length / llama.lowFrequencyFactor()) {
            return frequency / llama.factor();
        }
        if (wavelength < length / llama.highFrequencyFactor()) {
            return frequency;
        }
        double smooth = (length / wavelength - llama.lowFrequencyFactor())
                / (llama.highFrequencyFactor() - llama.lowFrequencyFactor());
        return (1 - smooth) * frequency / llama.factor() + smooth * frequency;
    }
}
