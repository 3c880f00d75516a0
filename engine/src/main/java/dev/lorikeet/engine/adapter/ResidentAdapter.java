package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.Projection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An adapter's factors on a base model's device, in float32, the scaling folded into B. Immutable; any number of
 * decoders of that model may use it until it is closed.
 *
 * <p>Factors are laid out as an {@link AdapterBank} holds them, padded with zeros to the adapter's largest rank: A by
 * modules that read the same input, B transposed.
 */
public final class ResidentAdapter implements AutoCloseable {
    /** Modules that read the same input, in the order of bank.py. */
    private static final List<List<Projection>> GROUPS = List.of(
            List.of(Projection.Q, Projection.K, Projection.V),
            List.of(Projection.O),
            List.of(Projection.GATE, Projection.UP),
            List.of(Projection.DOWN),
            List.of(Projection.HEAD));

    /** Of each group, its first module among its layer's; of the head, behind all layers. */
    private static final List<Integer> FIRST_MODULE = List.of(0, 3, 4, 6, 0);

    private final BaseModel model;
    private final NDManager manager;
    private final int width;
    private final int[] entries;
    private final List<NDArray> arrays;
    private final long bytes;
    private volatile boolean closed;

    private ResidentAdapter(BaseModel model, NDManager manager, int width, int[] entries, List<NDArray> arrays) {
        this.model = model;
        this.manager = manager;
        this.width = width;
        this.entries = entries;
        this.arrays = List.copyOf(arrays);
        this.bytes = arrays.stream().mapToLong(array -> array.getShape().size()).sum() * Float.BYTES;
    }

    /**
     * Brings an adapter to the device.
     *
     * @throws IllegalArgumentException if it is not of this model's shape, or a factor with its scaling does not fit the
     *     model's precision
     */
    public static ResidentAdapter attach(BaseModel model, StoredAdapter adapter) {
        int layers = model.config().layers();
        int width = adapter.factors().stream()
                .mapToInt(factor -> factor.target().rank())
                .max()
                .orElseThrow(() -> new IllegalArgumentException("the adapter has no factors"));
        LoraFactors[] byModule = new LoraFactors[7 * layers + 1];
        List<LinearModule> modules = LinearModule.of(model.config());
        for (LoraFactors factor : adapter.factors()) {
            int index = modules.indexOf(factor.target().module());
            if (index < 0) {
                throw new IllegalArgumentException(
                        "the base model has no module " + factor.target().module());
            }
            byModule[index] = factor;
        }
        NDManager manager = model.newManager();
        try {
            int[] entries = new int[4 * layers + 1 + 7 * layers + 1];
            Arrays.fill(entries, -1);
            List<NDArray> arrays = new ArrayList<>();
            try (NDManager scope = manager.newSubManager()) {
                for (int at = 0; at <= 4 * layers; at++) {
                    int layer = at / 4;
                    List<Projection> group = at == 4 * layers ? GROUPS.get(4) : GROUPS.get(at % 4);
                    float[] a = stackedA(byModule, layer, group, width);
                    if (a.length > 0) {
                        entries[at] = arrays.size();
                        arrays.add(array(scope, a, new Shape(width, group.size(), a.length / width / group.size())));
                    }
                }
                for (int module = 0; module < byModule.length; module++) {
                    LoraFactors factor = byModule[module];
                    if (factor != null) {
                        entries[4 * layers + 1 + module] = arrays.size();
                        arrays.add(array(
                                scope,
                                transposedB(factor, width),
                                new Shape(width, factor.target().module().outputs())));
                    }
                }
                return new ResidentAdapter(model, manager, width, entries, model.copies(manager, arrays));
            }
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** (width, modules of the group, in), or empty if none of them is adapted. */
    private static float[] stackedA(LoraFactors[] byModule, int layer, List<Projection> group, int width) {
        int first = 7 * layer + FIRST_MODULE.get(GROUPS.indexOf(group));
        float[] stacked = new float[0];
        for (int i = 0; i < group.size(); i++) {
            LoraFactors factor = byModule[first + i];
            if (factor == null) {
                continue;
            }
            int inputs = factor.target().module().inputs();
            if (stacked.length == 0) {
                stacked = new float[Math.multiplyExact(width * group.size(), inputs)];
            }
            for (int row = 0; row < factor.target().rank(); row++) {
                System.arraycopy(factor.a(), row * inputs, stacked, (row * group.size() + i) * inputs, inputs);
            }
        }
        return stacked;
    }

    /** (width, out), scaling folded in. */
    private static float[] transposedB(LoraFactors factor, int width) {
        int rank = factor.target().rank();
        int outputs = factor.target().module().outputs();
        float scaling = (float) factor.target().scaling();
        float[] transposed = new float[Math.multiplyExact(width, outputs)];
        for (int row = 0; row < outputs; row++) {
            for (int column = 0; column < rank; column++) {
                float value = factor.b()[row * rank + column] * scaling;
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException(
                            "lora_B of " + factor.target().module().path() + " times its scaling is not finite");
                }
                transposed[column * outputs + row] = value;
            }
        }
        return transposed;
    }

    private static NDArray array(NDManager scope, float[] values, Shape shape) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(Math.multiplyExact(values.length, 4)).order(ByteOrder.nativeOrder());
        buffer.asFloatBuffer().put(values);
        return scope.create(buffer, shape, ai.djl.ndarray.types.DataType.FLOAT32);
    }

    /** The model that it was attached to. */
    public BaseModel model() {
        return model;
    }

    /** Ranks that it takes in a bank: its largest. */
    public int width() {
        return width;
    }

    /** Bytes on the device. */
    public long bytes() {
        return bytes;
    }

    /** For each entry of a bank (bank.py: a's, then b's) the position of its factor, or -1. */
    int[] entries() {
        return entries.clone();
    }

    List<NDArray> arrays() {
        if (closed) {
            throw new IllegalStateException("the adapter is closed");
        }
        return arrays;
    }

    /** Frees its factors; a decoder that still runs a sequence with it keeps its own copy until that is closed. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            manager.close();
        }
    }
}
