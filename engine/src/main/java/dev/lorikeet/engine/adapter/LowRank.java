package dev.lorikeet.engine.adapter;

/**
 * An update B A of low rank, its scaling folded into B.
 *
 * @param rank rows of A, columns of B
 * @param a (rank, inputs); not copied, never to be changed
 * @param b (outputs, rank); not copied, never to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes: compared by nobody, copied by nobody.
public record LowRank(int rank, float[] a, float[] b) {
    public LowRank {
        if (rank < 1 || a.length % rank != 0 || b.length % rank != 0) {
            throw new IllegalArgumentException(
                    "factors of " + a.length + " and " + b.length + " elements are not of rank " + rank);
        }
        for (float value : b) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("a factor times its scaling is not finite");
            }
        }
    }

    /**
     * An update whose B is still to be multiplied.
     *
     * @param b (outputs, rank), copied
     * @throws IllegalArgumentException if the product is not finite
     */
    public static LowRank scaled(int rank, float[] a, float[] b, double scaling) {
        float[] folded = new float[b.length];
        for (int i = 0; i < b.length; i++) {
            folded[i] = b[i] * (float) scaling;
        }
        return new LowRank(rank, a, folded);
    }

    /** Adds the update to a matrix (outputs, inputs), in place. */
    public float[] addTo(float[] weights) {
        int inputs = a.length / rank;
        for (int row = 0; row < weights.length / inputs; row++) {
            for (int r = 0; r < rank; r++) {
                float strength = b[row * rank + r];
                for (int column = 0; column < inputs; column++) {
                    weights[row * inputs + column] += strength * a[r * inputs + column];
                }
            }
        }
        return weights;
    }
}
