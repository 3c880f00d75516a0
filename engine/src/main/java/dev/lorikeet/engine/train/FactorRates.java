package dev.lorikeet.engine.train;

/**
 * Learning rates of a low-rank update's factors, as multiples of the schedule's, which is that of A: LoRA+ (Hayou, Ghosh
 * and Yu 2024) has B learn faster.
 *
 * @param b of B, and of what else is added to its outputs; above 0, LoRA+ advises 16
 * @param embedding of both factors of a token embedding; above 0
 */
public record FactorRates(double b, double embedding) {
    /** One rate for all. */
    public static final FactorRates EQUAL = new FactorRates(1, 1);

    public FactorRates {
        requireMultiple("the learning rate of B", b);
        requireMultiple("the learning rate of an embedding's factors", embedding);
    }

    private static void requireMultiple(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be a multiple above 0, not " + value);
        }
    }
}
