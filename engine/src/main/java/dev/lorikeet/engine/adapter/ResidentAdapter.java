package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's factors on a base model's device, in float32, the scaling folded into B. Immutable; any number of
 * decoders of that model may use it until it is closed.
 *
 * <p>Factors are laid out as an {@link AdapterBank} holds them, padded with zeros to the adapter's largest rank: A by
 * modules that read the same input, B transposed.
 */
public final class ResidentAdapter implements AutoCloseable {
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
     * @throws IllegalArgumentException if it is not of this model's shape, a factor with its scaling does not fit the
     *     model's precision, or its kind cannot be served
     */
    public static ResidentAdapter attach(BaseModel model, StoredAdapter adapter) {
        ModelConfig config = model.config();
        Effects effects = adapter.effects(config, model::floats);
        if (!effects.lowRankOnly()) {
            throw new IllegalArgumentException(
                    "adapters of kind " + adapter.config().kind() + " cannot be served yet");
        }
        int width = effects.linear().values().stream()
                .mapToInt(effect -> lowRank(effect).rank())
                .max()
                .orElseThrow(() -> new IllegalArgumentException("the adapter has no factors"));
        List<LinearModule> modules = LinearModule.of(config);
        @Nullable LowRank[] byModule = new @Nullable LowRank[modules.size()];
        effects.linear().forEach((module, effect) -> {
            int index = modules.indexOf(module);
            if (index < 0) {
                throw new IllegalArgumentException("the base model has no module " + module);
            }
            byModule[index] = lowRank(effect);
        });
        NDManager manager = model.newManager();
        try {
            int[] entries = new int[AdapterBank.entries(config)];
            Arrays.fill(entries, -1);
            List<NDArray> arrays = new ArrayList<>();
            try (NDManager scope = manager.newSubManager()) {
                int module = 0;
                for (int at = 0; at < AdapterBank.firstB(config); at++) {
                    int count = config.blueprint().count(group(at, config));
                    float[] a = stackedA(byModule, modules, module, count, width);
                    module += count;
                    if (a.length > 0) {
                        entries[at] = arrays.size();
                        arrays.add(array(scope, a, new Shape(width, count, a.length / width / count)));
                    }
                }
                for (module = 0; module < byModule.length; module++) {
                    LowRank update = byModule[module];
                    if (update != null) {
                        entries[AdapterBank.firstB(config) + module] = arrays.size();
                        int outputs = modules.get(module).outputs();
                        arrays.add(array(scope, transposedB(update, outputs, width), new Shape(width, outputs)));
                    }
                }
                return new ResidentAdapter(model, manager, width, entries, model.copies(manager, arrays));
            }
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static LowRank lowRank(LinearEffect effect) {
        return Objects.requireNonNull(effect.lowRank());
    }

    /** The group of a bank's entry. */
    private static Group group(int entry, ModelConfig config) {
        int groups = Group.OF_A_LAYER.size();
        return entry == groups * config.layers() ? Group.HEAD : Group.OF_A_LAYER.get(entry % groups);
    }

    /** (width, modules of the group, in) of modules that stand together, or empty if none of them is adapted. */
    private static float[] stackedA(
            @Nullable LowRank[] byModule, List<LinearModule> modules, int first, int count, int width) {
        float[] stacked = new float[0];
        for (int i = 0; i < count; i++) {
            LowRank update = byModule[first + i];
            if (update == null) {
                continue;
            }
            int inputs = modules.get(first + i).inputs();
            if (stacked.length == 0) {
                stacked = new float[Math.multiplyExact(width * count, inputs)];
            }
            for (int row = 0; row < update.rank(); row++) {
                System.arraycopy(update.a(), row * inputs, stacked, (row * count + i) * inputs, inputs);
            }
        }
        return stacked;
    }

    /** (width, out). */
    private static float[] transposedB(LowRank update, int outputs, int width) {
        float[] transposed = new float[Math.multiplyExact(width, outputs)];
        for (int row = 0; row < outputs; row++) {
            for (int column = 0; column < update.rank(); column++) {
                transposed[column * outputs + row] = update.b()[row * update.rank() + column];
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
