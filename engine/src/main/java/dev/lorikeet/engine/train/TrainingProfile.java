package dev.lorikeet.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.PackedMatrix;
import dev.lorikeet.engine.model.PackedWeights;
import dev.lorikeet.engine.model.Quantisation;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.TensorRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the time of a LoRA training step goes: its parts, repeated one by one over all layers with the step's own
 * functions and sizes, rank {@code rank} on all linear layers, half of the tokens labelled.
 *
 * <p>Parts are timed on one thread, for the rows that one thread computes of a step; what threads cost each other is in
 * no part.
 */
public final class TrainingProfile implements AutoCloseable {
    private static final int WARM_UP = 1;

    private final NDManager manager;
    private final Script script;
    private final NDArray sizes;
    private final int share;

    /**
     * Prepares the parts.
     *
     * @param base a model that {@link FusedPass} computes
     * @param rows of a step, a multiple of the threads that compute it
     * @param threads operator threads of a step; the process is left with one
     */
    public TrainingProfile(BaseModel base, int rows, int length, int rank, int threads) {
        if (rows % threads != 0) {
            throw new IllegalArgumentException(rows + " rows cannot be shared evenly by " + threads + " threads");
        }
        if (base.quantisation() != Quantisation.NONE) {
            throw new IllegalArgumentException("parts of a step are timed over a base that is not quantised");
        }
        TensorRuntime.start(1);
        this.share = rows / threads;
        this.manager = TensorRuntime.newManager(base.device());
        this.script = Script.compile(
                FusedPass.source(base, false)
                        .and(TrainingProfile.class, "profile.py", "optimizer.py")
                        .tensorList("factors")
                        .tensorList("slots")
                        .tensorList("inputs")
                        .tensorList("vectors"),
                base.device());
        long labelled = (long) share * (length / 2);
        this.sizes = manager.create(new long[] {share, length, rank, labelled, elements(base, rank)});
        Map<Integer, PackedMatrix> packed = new HashMap<>();
        List<NDArray> weights = BaseTensors.weights(base, manager, packed);
        List<NDArray> biases = BaseTensors.biases(base, manager);
        call("bind", weights, biases);
        PackedWeights.bind(manager, script, weights, packed);
        call("prepare_profile", sizes);
    }

    private static long elements(BaseModel base, int rank) {
        return LinearModule.of(base.config()).stream()
                .filter(module -> module.group() != Group.HEAD)
                .mapToLong(module -> (long) rank * (module.inputs() + module.outputs()))
                .sum();
    }

    /** Medians of so many repetitions: milliseconds a step of each part, by name. */
    public Map<String, Double> measure(int times) {
        NDArray without = manager.create(new long[] {0});
        NDArray with = manager.create(new long[] {1});
        NDArray clipping = manager.create(new double[] {1, 1});
        NDArray settings = manager.create(new double[] {1e-4, 0.9, 0.999, 1e-8, 0.01, 1, 0, elements()});
        Map<String, Double> parts = new LinkedHashMap<>();
        double frozen = median(times, "linear_profile", sizes, without);
        parts.put("projections", frozen);
        parts.put("adapters", Math.max(0, median(times, "linear_profile", sizes, with) - frozen));
        parts.put("attention", median(times, "attention_profile", sizes));
        parts.put("norms", median(times, "norm_profile", sizes));
        parts.put("gate", median(times, "gate_profile", sizes));
        parts.put("loss", median(times, "loss_profile", sizes));
        parts.put("optimizer", median(times, "optimizer_profile", sizes, clipping, settings));
        return parts;
    }

    private double elements() {
        return sizes.toLongArray()[4];
    }

    private double median(int times, String method, Object... arguments) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < WARM_UP + times; i++) {
            long begin = System.nanoTime();
            call(method, arguments);
            if (i >= WARM_UP) {
                millis.add((System.nanoTime() - begin) / 1e6);
            }
        }
        return millis.stream().sorted().toList().get((times - 1) / 2);
    }

    private void call(String method, Object... arguments) {
        try (NDManager scope = manager.newSubManager()) {
            script.call(scope, method, Script.Mode.NO_GRADIENT, arguments);
        }
    }

    @Override
    public void close() {
        script.close();
        manager.close();
    }
}
