package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.StoredAdapter;
import java.util.List;

/**
 * One way to adapt a base model, as the training loop sees it: a flat float32 vector of trained values, how the method's
 * script reads it, and how it becomes an adapter. Immutable.
 */
interface TrainedMethod {
    /** Resource of the method's part of the script: {@code parts} and the projections. */
    String script();

    /** Elements of the vector. */
    int size();

    /** Rows and columns of each matrix in the vector, in order. */
    long[] shapes();

    /** Which part serves where, as the script reads it. */
    long[] index();

    /** Multipliers of the updates, as the script reads them. */
    double[] scales();

    /** What the optimizer treats alike. */
    List<ParameterGroup> groups(double learningRate, double weightDecay);

    /** The vector to begin with: the same seed gives the same bits. */
    float[] initial(long seed);

    /**
     * The vector of an adapter of this method.
     *
     * @throws IllegalArgumentException if it adapts other modules
     */
    float[] flat(StoredAdapter adapter);

    /** The adapter of a vector. */
    StoredAdapter stored(float[] values);
}
