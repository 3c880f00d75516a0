package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.script.ScriptSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way to adapt a base model, as the training loop sees it: a flat float32 vector of trained values, hooks that let the
 * model's blocks compute with them, and how the vector becomes an adapter. Immutable.
 */
public interface TrainedMethod {
    /**
     * The hooks (plain.py says which there are) that differ from the plain model's, with constants of the method's own.
     * The constants {@code own_head} (true if the head is trained) and {@code before} (keys and values before the text)
     * are set here where they are not false and 0.
     */
    ScriptSource script();

    /** What the vector of trained values is made of. */
    FlatLayout layout();

    /** Elements of the vector of trained values. */
    default int size() {
        return layout().size();
    }

    /** Rows and columns of each matrix that the vector is cut into, in order: {@code factors} of the hooks. */
    default long[] shapes() {
        return layout().shapes();
    }

    /** Numbers for the hooks: {@code index}. */
    default long[] index() {
        return new long[0];
    }

    /** Numbers for the hooks: {@code scales}. */
    default double[] scales() {
        return new double[0];
    }

    /** What the optimizer treats alike; ranges in no group are not trained. */
    default List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return List.of(new ParameterGroup(0, size(), learningRate, weightDecay));
    }

    /**
     * The same with learning rates of the factors of low-rank updates.
     *
     * @throws IllegalArgumentException if they differ and the method has no such factors
     */
    default List<ParameterGroup> groups(double learningRate, double weightDecay, FactorRates rates) {
        if (!rates.equals(FactorRates.EQUAL)) {
            throw new IllegalArgumentException(
                    "learning rates of their own for the factors (LoRA+) are for LoRA alone");
        }
        return groups(learningRate, weightDecay);
    }

    /** The probability with which an element of what an adapter reads is dropped. */
    default double dropout() {
        return 0;
    }

    /** The vector to begin with: the same seed gives the same bits. */
    float[] initial(long seed, BaseWeights base);

    /**
     * What the method keeps besides the trained values, to begin with: {@code state} of the hooks.
     *
     * @param values trained values to begin with, {@link #initial} or an adapter's
     */
    default float[] state(float[] values, BaseWeights base) {
        return new float[0];
    }

    /**
     * Whether the method is LoRA on linear layers of the blocks and nothing else, with shapes, index and scales as
     * lora.py reads them: the gradient can then be computed by {@link FusedPass}.
     */
    default boolean plainLora() {
        return false;
    }

    /**
     * Classes that a classifier over an encoder tells apart, which examples are labelled with by number; 0 where tokens
     * are predicted. The hook {@code scores} then computes their logits.
     */
    default int classes() {
        return 0;
    }

    /** Values at the end of the vector that the hook {@code stepped} is not given, with their gradients. */
    default int beside() {
        return 0;
    }

    /** Positions of the model's context that virtual tokens take before the text. */
    default int positionsBefore() {
        return 0;
    }

    /**
     * How each example's picture, which every one must have then, is cut; null if the method reads texts alone. Its
     * patches are among {@link #positionsBefore}.
     */
    default @Nullable Grid pictures() {
        return null;
    }

    /** Whether the hook {@code penalty} adds something to the loss; layers cannot be recomputed then. */
    default boolean penalised() {
        return false;
    }

    /** Whether the base's linear layers may be held as codes: not where they are trained themselves. */
    default boolean packedBase() {
        return true;
    }

    /** Whether the hook {@code stepped} is to be called after every optimizer step. */
    default boolean stepped() {
        return false;
    }

    /**
     * Checks that the method can be trained in so many steps.
     *
     * @throws IllegalArgumentException if it cannot
     */
    default void requireSteps(int totalSteps) {}

    /**
     * Numbers of the method's own for the hook {@code stepped}, behind those that every method has.
     *
     * @param step just done, counted from 1
     */
    default double[] stepSettings(int step, int totalSteps) {
        return new double[0];
    }

    /**
     * The trained values of an adapter of this method.
     *
     * @throws IllegalArgumentException if it holds other tensors
     */
    default float[] flat(AdapterTensors tensors) {
        return layout().flat(tensors);
    }

    /** The adapter of trained values and state. */
    StoredAdapter stored(float[] values, float[] state);

    /** Whether trained values are still those that a run of this seed begins with. */
    default boolean unchanged(float[] values, float[] state, long seed, BaseWeights base) {
        return Arrays.equals(values, initial(seed, base));
    }

    /** Ranks in use by module path, of a method that moves them between modules; else empty. */
    default Map<String, Integer> ranks(float[] values, float[] state) {
        return Map.of();
    }
}
