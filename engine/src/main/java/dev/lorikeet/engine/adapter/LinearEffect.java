package dev.lorikeet.engine.adapter;

import org.jspecify.annotations.Nullable;

/**
 * How one linear layer changes: y = W x + bias becomes
 * {@code outputScale * (W' (inputScale * x) + bias) + gate(x) B A x + outputBias}. What is null is left out.
 *
 * @param lowRank the update B A
 * @param routing which of the update's experts a token meets, or null for all ranks at once
 * @param inputScale (inputs)
 * @param outputScale (outputs)
 * @param outputBias (outputs)
 * @param weight W', (outputs, inputs), or null for the base's
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes: compared by nobody, copied by nobody.
public record LinearEffect(
        @Nullable LowRank lowRank,
        @Nullable Routing routing,
        float @Nullable [] inputScale,
        float @Nullable [] outputScale,
        float @Nullable [] outputBias,
        float @Nullable [] weight) {
    /**
     * A mixture of experts over the ranks of an update: expert e owns ranks [e * rank / experts, (e + 1) * rank /
     * experts); a token's gates are the softmax of router x over the experts, the largest kept and divided by their sum.
     *
     * @param experts at least 2, a divisor of the rank
     * @param kept how many a token meets
     * @param router (experts, inputs)
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Routing(int experts, int kept, float[] router) {
        public Routing {
            if (experts < 2 || kept < 1 || kept > experts) {
                throw new IllegalArgumentException(kept + " of " + experts + " experts cannot be kept");
            }
        }
    }

    /** An update of low rank, and nothing else. */
    public static LinearEffect of(LowRank update) {
        return new LinearEffect(update, null, null, null, null, null);
    }

    /** The same with another vector added to what comes out. */
    public LinearEffect withOutputBias(float[] added) {
        return new LinearEffect(lowRank, routing, inputScale, outputScale, added, weight);
    }

    /** Whether it is an update of low rank, and nothing else. */
    public boolean lowRankOnly() {
        return lowRank != null
                && routing == null
                && inputScale == null
                && outputScale == null
                && outputBias == null
                && weight == null;
    }
}
