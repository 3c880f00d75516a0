package dev.lorikeet.engine.model;

/** How a model stretches its rotary positions beyond the length it was first trained on. */
public sealed interface RopeScaling {
    /** Positions as they are. */
    record None() implements RopeScaling {}

    /**
     * Every frequency divided by one factor.
     *
     * @param factor at least 1
     */
    record Linear(double factor) implements RopeScaling {
        public Linear {
            requireFactor(factor);
        }
    }

    /**
     * Llama 3.1's: long wavelengths divided by the factor, short ones kept, those between blended.
     *
     * @param factor at least 1
     * @param lowFrequencyFactor wavelengths above original length / this are divided
     * @param highFrequencyFactor wavelengths below original length / this are kept; above the low factor
     * @param originalContextLength the length first trained on, in tokens
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContextLength)
            implements RopeScaling {
        public Llama3 {
            requireFactor(factor);
            if (!(lowFrequencyFactor > 0) || !(highFrequencyFactor > lowFrequencyFactor)) {
                throw new IllegalArgumentException("high_freq_factor " + highFrequencyFactor
                        + " must be above low_freq_factor " + lowFrequencyFactor);
            }
            if (originalContextLength < 1) {
                throw new IllegalArgumentException(
                        "original_max_position_embeddings must be at least 1, not " + originalContextLength);
            }
        }
    }

    /**
     * One divisor for each frequency, as GGUF files of Llama 3 carry them ({@code rope_freqs.weight}).
     *
     * @param divisors head size / 2 of them, in the order of the frequencies
     */
    record Divisors(java.util.List<Float> divisors) implements RopeScaling {
        public Divisors {
            divisors = java.util.List.copyOf(divisors);
        }
    }

    private static void requireFactor(double factor) {
        if (!(factor >= 1) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("rope scaling factor must be at least 1, not " + factor);
        }
    }
}
