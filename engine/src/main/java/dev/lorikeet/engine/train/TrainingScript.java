package dev.lorikeet.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.PackedMatrix;
import dev.lorikeet.engine.model.PackedWeights;
import dev.lorikeet.engine.model.Positions;
import dev.lorikeet.engine.model.Quantisation;
import dev.lorikeet.engine.model.ScriptParts;
import dev.lorikeet.engine.script.NativeHeap;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.script.TensorRuntime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensor side of a run: the flat vectors on the base model's device, and the calls of training.py, the method's
 * hooks and optimizer.py that read and change them. One thread owns it. What a call makes is freed when it returns.
 */
final class TrainingScript implements AutoCloseable {
    /** Row length up to which attention keeps its probabilities; their backward pass is faster than recomputation. */
    private static final int LONGEST_MATERIALISED = 512;

    private final Script script;
    private final NDManager manager;
    private final NDArray shapes;
    private final NDArray values;
    private final NDArray means;
    private final NDArray squares;
    private final NDArray sums;
    private final NDArray state;
    /** Takes the place of training.py's {@code accumulate} where it computes the same. */
    private final @Nullable FusedPass fused;

    TrainingScript(BaseModel base, TrainedMethod method, boolean recompute, Checkpoint.Vectors start) {
        this(base, method, recompute, start, FusedPass.computes(method, base.config()));
    }

    /** @param fast whether to use {@link FusedPass} */
    TrainingScript(BaseModel base, TrainedMethod method, boolean recompute, Checkpoint.Vectors start, boolean fast) {
        this.manager = TensorRuntime.newManager(base.device());
        // Autograd would keep every decoded weight for the backward pass, but for recomputation.
        this.script = compile(base, method, recompute || base.quantisation() != Quantisation.NONE);
        this.shapes = manager.create(method.shapes());
        this.values = manager.create(start.values());
        this.means = manager.create(start.means());
        this.squares = manager.create(start.squares());
        this.sums = manager.zeros(new Shape(method.size()), DataType.FLOAT32);
        this.state = manager.create(start.state());
        this.fused = bind(base, method, recompute, fast);
    }

    private @Nullable FusedPass bind(BaseModel base, TrainedMethod method, boolean recompute, boolean fast) {
        try (NDManager scope = manager.newSubManager()) {
            Map<Integer, PackedMatrix> packed = new HashMap<>();
            List<NDArray> weights = BaseTensors.weights(base, manager, packed);
            List<NDArray> biases = BaseTensors.biases(base, manager);
            List<NDArray> details = BaseTensors.details(base, manager);
            NDArray index = scope.create(method.index());
            NDArray scales = scope.create(method.scales());
            script.call(scope, "bind", Script.Mode.NO_GRADIENT, weights, biases, details, index, scales, state);
            PackedWeights.bind(manager, script, weights, packed);
            return fast ? new FusedPass(base, method, weights, biases, packed, recompute) : null;
        }
    }

    private static Script compile(BaseModel base, TrainedMethod method, boolean recompute) {
        ModelConfig config = base.config();
        ScriptSource pass = config.blueprint().encoder()
                ? ScriptSource.of(TrainingScript.class, "encoder.py")
                        .orElse(TrainingScript.class, "training.py")
                        .constant(
                                "origin", config.positions() instanceof Positions.Learned learned ? learned.first() : 0)
                : ScriptSource.of(TrainingScript.class, "training.py");
        ScriptSource own = pass.and(TrainingScript.class, "optimizer.py")
                .constant("before", 0)
                .constant("beside", method.beside())
                .constant("own_head", false)
                .constant("recompute", recompute)
                .and(method.script())
                .orElse(TrainingScript.class, "plain.py")
                .and(PackedWeights.source(base.quantisation()));
        ScriptSource source = ScriptParts.family(own, config)
                .constant("scalar", base.precision().scalarType())
                .constant("longest", LONGEST_MATERIALISED)
                .tensorList("weights")
                .tensorList("biases")
                .tensorList("details")
                .tensorList("factors")
                .tensorList("state")
                .tensorList("notes")
                .tensorList("starts")
                .tensorList("pictures")
                .tensorList("kinds")
                .intList("index")
                .intList("lengths")
                .intList("seed")
                .floatList("scales")
                .floatList("rate");
        return Script.compile(source, base.device());
    }

    /** Forgets the gradients summed so far. */
    void clear() {
        try (NDManager scope = manager.newSubManager()) {
            script.call(scope, "clear", Script.Mode.NO_GRADIENT, sums);
        }
    }

    /** Adds a micro-batch's gradient to the sum; returns its summed loss. */
    double accumulate(MicroBatch batch, double dropout, long seed) {
        if (fused != null && fused.computes(batch)) {
            return fused.accumulate(values, sums, batch, dropout, seed);
        }
        try (NDManager scope = manager.newSubManager()) {
            look(scope, batch.pictures());
            kind(scope, batch.kinds(), batch.rows());
            return scalar(script.call(
                            scope,
                            "accumulate",
                            Script.Mode.GRADIENT,
                            values,
                            sums,
                            shapes,
                            ids(scope, batch),
                            scope.create(batch.lengths()),
                            starts(scope, batch),
                            scope.create(batch.positions()),
                            scope.create(batch.targets()),
                            scope.create(new double[] {dropout}),
                            scope.create(new long[] {seed}))
                    .singletonOrThrow());
        }
    }

    /**
     * What a micro-batch's targets are worth to the model, without dropout.
     *
     * @param loss summed
     * @param hits texts put into their own class; 0 where tokens are predicted
     */
    record Score(double loss, double hits) {}

    /** Scores a micro-batch. */
    Score score(MicroBatch batch) {
        try (NDManager scope = manager.newSubManager()) {
            look(scope, batch.pictures());
            kind(scope, batch.kinds(), batch.rows());
            double[] numbers = script.call(
                            scope,
                            "score",
                            Script.Mode.NO_GRADIENT,
                            values,
                            shapes,
                            ids(scope, batch),
                            scope.create(batch.lengths()),
                            starts(scope, batch),
                            scope.create(batch.positions()),
                            scope.create(batch.targets()))
                    .singletonOrThrow()
                    .toDoubleArray();
            return new Score(numbers[0], numbers.length > 1 ? numbers[1] : 0);
        }
    }

    /** Logits at every position of a text: (tokens * vocabulary), in C order. */
    float[] logits(int[] tokens) {
        return logits(tokens, new int[0], null);
    }

    /**
     * The same behind a picture, for a method that reads one.
     *
     * @param kinds over an encoder each token's kind; the logits are those of the text's classes then
     */
    float[] logits(int[] tokens, int[] kinds, @Nullable Patches picture) {
        try (NDManager scope = manager.newSubManager()) {
            long[] ids = longs(tokens);
            NDArray text = scope.create(ids, new Shape(1, ids.length));
            NDArray lengths = scope.create(new long[] {ids.length});
            look(scope, picture == null ? List.of() : List.of(picture));
            kind(scope, longs(kinds), 1);
            return script.call(scope, "logits", Script.Mode.NO_GRADIENT, values, shapes, text, lengths)
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    /** The script keeps the array until the pass that follows has ended. */
    private void look(NDManager scope, List<Patches> pictures) {
        if (pictures.isEmpty()) {
            return;
        }
        Grid grid = pictures.getFirst().grid();
        int each = grid.patches() * grid.values();
        float[] all = new float[Math.multiplyExact(pictures.size(), each)];
        for (int i = 0; i < pictures.size(); i++) {
            System.arraycopy(pictures.get(i).values(), 0, all, i * each, each);
        }
        Shape shape = new Shape(pictures.size(), grid.patches(), grid.values());
        script.call(scope, "look", Script.Mode.NO_GRADIENT, scope.create(all, shape));
    }

    private void kind(NDManager scope, long[] kinds, int rows) {
        if (kinds.length > 0) {
            NDArray shown = scope.create(kinds, new Shape(rows, kinds.length / rows));
            script.call(scope, "kind", Script.Mode.NO_GRADIENT, shown);
        }
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    /** Turns the sum into the mean over so many labelled tokens and clips it; returns its norm before clipping. */
    double clip(long labelledTokens, double maxNorm) {
        try (NDManager scope = manager.newSubManager()) {
            return scalar(script.call(scope, "clip", Script.Mode.NO_GRADIENT, sums, scope.create(new double[] {
                        labelledTokens, maxNorm
                    }))
                    .singletonOrThrow());
        }
    }

    /** Moves the values along the gradient. {@code step} counts from 1. */
    void update(List<ParameterGroup> groups, AdamWSettings settings, int step) {
        for (ParameterGroup group : groups) {
            try (NDManager scope = manager.newSubManager()) {
                NDArray numbers = scope.create(new double[] {
                    group.learningRate(),
                    settings.beta1(),
                    settings.beta2(),
                    settings.epsilon(),
                    group.weightDecay(),
                    step,
                    group.offset(),
                    group.length()
                });
                script.call(scope, "adamw", Script.Mode.NO_GRADIENT, values, sums, means, squares, numbers);
            }
        }
    }

    /** Lets the method change values or state after a step: see plain.py. {@code step} counts from 1. */
    void stepped(int step, int totalSteps, double learningRate, double[] own) {
        double[] settings = Arrays.copyOf(new double[] {step, totalSteps, learningRate}, 3 + own.length);
        System.arraycopy(own, 0, settings, 3, own.length);
        try (NDManager scope = manager.newSubManager()) {
            script.call(scope, "after_step", Script.Mode.NO_GRADIENT, values, sums, scope.create(settings));
        }
    }

    /** Copies of the vectors. */
    Checkpoint.Vectors vectors() {
        return new Checkpoint.Vectors(values(), means.toFloatArray(), squares.toFloatArray(), state());
    }

    /** A copy of what the method keeps. */
    float[] state() {
        return state.toFloatArray();
    }

    /** A copy of the values. */
    float[] values() {
        return values.toFloatArray();
    }

    /** A copy of the gradients summed so far. */
    float[] sums() {
        return sums.toFloatArray();
    }

    /** Arrays alive here: the same before and after any call. */
    int residentArrays() {
        return manager.getManagedArrays().size();
    }

    private static NDArray ids(NDManager scope, MicroBatch batch) {
        return scope.create(batch.ids(), new Shape(batch.rows(), batch.length()));
    }

    private static NDArray starts(NDManager scope, MicroBatch batch) {
        long[] starts = batch.starts();
        return starts.length == 0
                ? scope.zeros(new Shape(0), DataType.INT64)
                : scope.create(starts, new Shape(batch.rows(), batch.length()));
    }

    private static double scalar(NDArray array) {
        return array.getDataType() == DataType.FLOAT64 ? array.toDoubleArray()[0] : array.toFloatArray()[0];
    }

    @Override
    public void close() {
        if (fused != null) {
            fused.close();
        }
        script.close();
        manager.close();
        NativeHeap.release();
    }
}
