package dev.lorikeet.serving.encoding;

/**
 * Which vector stands for a text.
 *
 * @param normalize whether it is scaled to length 1
 */
public record EmbedOptions(Pooling pooling, boolean normalize) {
    /** Where the vector comes from. */
    public enum Pooling {
        /** The mean of all tokens' states. */
        MEAN,
        /** The first token's state. */
        FIRST
    }

    /**
     * A text's vector.
     *
     * @param first the first token's state
     * @param mean of all tokens' states
     * @return a copy; zeros stay zeros, normalised or not
     */
    public float[] embedding(float[] first, float[] mean) {
        float[] vector = switch (pooling) {
            case MEAN -> mean.clone();
            case FIRST -> first.clone();
        };
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (normalize && squares > 0) {
            double length = Math.sqrt(squares);
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) (vector[i] / length);
            }
        }
        return vector;
    }
}
