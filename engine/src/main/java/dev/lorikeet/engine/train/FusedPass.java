package dev.lorikeet.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.PackedMatrix;
import dev.lorikeet.engine.model.PackedWeights;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.script.TensorRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The fast way to a micro-batch's gradient for plain LoRA over a Llama-like base: fused.py's hand-written backward, on
 * as many {@link Lanes lanes} as there are operator threads. It computes what training.py and lora.py compute with
 * autograd, up to the order of sums.
 */
final class FusedPass implements AutoCloseable {
    /** Row length up to which attention keeps its probabilities rather than computing them again. */
    private static final int LONGEST_MATERIALISED = 512;
    /** Queries that attend at once: larger blocks compute more of the future in vain, smaller are slower products. */
    private static final int ATTENTION_BLOCK = 64;

    private static final int GROUPS = 4;
    private static final int INDEX_WIDTH = 11;

    private final Script script;
    private final NDManager manager;
    private final Lanes lanes;
    private final NDArray shapes;
    private final long[] index;
    private final double[] scales;
    private final int lowest;
    private final int window;
    /** A sum for each lane but the first, which adds to the run's own. */
    private final List<NDArray> spare = new ArrayList<>();

    /** Prepares the base's tensors, as training.py's {@code bind} takes them. */
    FusedPass(
            BaseModel base,
            TrainedMethod method,
            List<NDArray> weights,
            List<NDArray> biases,
            Map<Integer, PackedMatrix> packed,
            boolean recompute) {
        this.manager = TensorRuntime.newManager(base.device());
        this.script = Script.compile(source(base, recompute), base.device());
        this.shapes = manager.create(method.shapes());
        this.index = method.index();
        this.scales = method.scales();
        this.lowest = lowest(index);
        this.window = base.config().window().length();
        this.lanes = new Lanes(base.device().isGpu() ? 1 : TensorRuntime.threads());
        for (int lane = 1; lane < lanes.count(); lane++) {
            spare.add(manager.zeros(new Shape(method.size()), DataType.FLOAT32));
        }
        try (NDManager scope = manager.newSubManager()) {
            script.call(scope, "bind", Script.Mode.NO_GRADIENT, weights, biases);
            PackedWeights.bind(manager, script, weights, packed);
        }
    }

    /** Whether it computes this method's gradient over this model; else training.py does. */
    static boolean computes(TrainedMethod method, ModelConfig model) {
        // fused.py knows root mean square norms, rotary positions over whole heads and a feed-forward gated by silu.
        boolean blocks = switch (model.family()) {
            case LLAMA, QWEN2, MISTRAL -> true;
            case QWEN3, GPT2, BERT, ROBERTA -> false;
        };
        return blocks && method.plainLora();
    }

    /** Whether it computes this batch: its attention sees all that is before a token, further than a window may. */
    boolean computes(MicroBatch batch) {
        return window == 0 || batch.length() <= window;
    }

    /**
     * fused.py over a base's shapes.
     *
     * @param recompute whether layers are computed again for the backward pass rather than kept
     */
    static ScriptSource source(BaseModel base, boolean recompute) {
        ModelConfig config = base.config();
        return ScriptSource.of(FusedPass.class, "fused.py")
                .and(PackedWeights.source(base.quantisation()))
                .constant("heads", config.heads())
                .constant("groups", config.keyValueHeads())
                .constant("size", config.headSize())
                .constant("epsilon", config.normEpsilon())
                .constant("scalar", base.precision().scalarType())
                .constant("block", ATTENTION_BLOCK)
                .constant("longest", LONGEST_MATERIALISED)
                .constant("recompute", recompute)
                .tensorList("weights")
                .tensorList("biases");
    }

    /** The lowest layer and group with factors, as layer * 4 + group: the backward pass ends there. */
    private static int lowest(long[] index) {
        for (int layer = 0; layer < index.length / INDEX_WIDTH; layer++) {
            for (int group = 0; group < GROUPS; group++) {
                if (index[layer * INDEX_WIDTH + group] >= 0) {
                    return GROUPS * layer + group;
                }
            }
        }
        throw new IllegalArgumentException("nothing is adapted");
    }

    /** Adds a micro-batch's gradient to {@code sums}; returns its summed loss. */
    double accumulate(NDArray values, NDArray sums, MicroBatch batch, double dropout, long seed) {
        List<Lanes.Rows> parts = lanes.split(batch.rows());
        List<Lanes.Task> tasks = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Lanes.Rows rows = parts.get(i);
            if (i == 0) {
                tasks.add(() -> accumulate(values, sums, batch, rows, dropout, seed));
            } else {
                NDArray own = spare.get(i - 1);
                tasks.add(() -> {
                    call("restart", own);
                    return accumulate(values, own, batch, rows, dropout, seed);
                });
            }
        }
        double loss = 0;
        for (double part : lanes.run(tasks)) {
            loss += part;
        }
        for (int i = 1; i < parts.size(); i++) {
            call("add", sums, spare.get(i - 1));
        }
        return loss;
    }

    private void call(String method, Object... arguments) {
        try (NDManager scope = manager.newSubManager()) {
            script.call(scope, method, Script.Mode.NO_GRADIENT, arguments);
        }
    }

    private double accumulate(
            NDArray values, NDArray target, MicroBatch batch, Lanes.Rows rows, double dropout, long seed) {
        int from = rows.first() * batch.length();
        int to = from + rows.count() * batch.length();
        int firstLabel = atLeast(batch.positions(), from);
        int endLabel = atLeast(batch.positions(), to);
        long[] positions = Arrays.copyOfRange(batch.positions(), firstLabel, endLabel);
        for (int i = 0; i < positions.length; i++) {
            positions[i] -= from;
        }
        try (NDManager scope = manager.newSubManager()) {
            return script.call(
                            scope,
                            "accumulate",
                            Script.Mode.NO_GRADIENT,
                            values,
                            target,
                            shapes,
                            scope.create(index),
                            scope.create(scales),
                            scope.create(
                                    Arrays.copyOfRange(batch.ids(), from, to), new Shape(rows.count(), batch.length())),
                            batch.starts().length == 0
                                    ? scope.zeros(new Shape(0), DataType.INT64)
                                    : scope.create(
                                            Arrays.copyOfRange(batch.starts(), from, to),
                                            new Shape(rows.count(), batch.length())),
                            scope.create(positions),
                            scope.create(Arrays.copyOfRange(batch.targets(), firstLabel, endLabel)),
                            scope.create(new double[] {dropout}),
                            scope.create(new long[] {(long) batch.rows() * batch.length(), from, seed, lowest}))
                    .singletonOrThrow()
                    .toDoubleArray()[0];
        }
    }

    /** Index of the first position that is not smaller; positions rise. */
    private static int atLeast(long[] positions, long bound) {
        int found = Arrays.binarySearch(positions, bound);
        return found >= 0 ? found : -found - 1;
    }

    @Override
    public void close() {
        lanes.close();
        script.close();
        manager.close();
    }
}
