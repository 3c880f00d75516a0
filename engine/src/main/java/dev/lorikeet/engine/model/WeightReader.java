package dev.lorikeet.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.weights.DType;
import dev.lorikeet.engine.weights.Floats;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings stored tensors onto the device in the model's precision. A float32 tensor of a mapped file is used where it
 * lies when the model is float32 on the CPU; anything else passes through float32 pieces of bounded size. No dtype
 * argument of DJL's is used for bfloat16: those abort the process.
 */
final class WeightReader {
    /** Pieces are cut so that a buffer's size fits an int. */
    private static final long LARGEST_PIECE = 1L << 28;

    private final TensorStore store;
    private final Script script;
    private final NDManager manager;
    private final boolean aliased;
    /** What tensors may alias: alive as long as this. */
    private final List<MemorySegment> held = new ArrayList<>();

    /**
     * @param script compiled from weights.py
     * @param manager gets the tensors
     * @param aliased whether tensors lie in the mapped file: in no other precision or device
     */
    WeightReader(TensorStore store, Script script, NDManager manager, boolean aliased) {
        this.store = store;
        this.script = script;
        this.manager = manager;
        this.aliased = aliased;
    }

    /** A tensor's values as float32. */
    float[] floats(String name) {
        return store.floats(name);
    }

    /** Rows of a matrix one behind the other, as float32. */
    float[] rows(String name, long[] rows, int width) {
        float[] all = new float[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(store.row(name, Math.toIntExact(rows[i])), 0, all, i * width, width);
        }
        return all;
    }

    /** Tensors stacked by rows, as a plain array. */
    NDArray plain(List<String> names) {
        return read("assembled", names);
    }

    /** Matrices stacked by rows, in the layout that the products want. */
    NDArray arranged(List<String> names) {
        return read("arranged", names);
    }

    private NDArray read(String method, List<String> names) {
        try (NDManager pieces = manager.newSubManager()) {
            List<NDArray> parts = new ArrayList<>();
            for (String name : names) {
                parts.addAll(pieces(pieces, name));
            }
            return script.call(manager, method, Script.Mode.NO_GRADIENT, parts).head();
        }
    }

    private List<NDArray> pieces(NDManager scope, String name) {
        TensorInfo info = store.info(name);
        MemorySegment bytes = store.bytes(name);
        long rows = info.shape().getFirst();
        long width = info.elements() / rows;
        long step = Math.max(1, LARGEST_PIECE / width);
        List<NDArray> pieces = new ArrayList<>();
        for (long from = 0; from < rows; from += step) {
            long count = Math.min(step, rows - from);
            int element = info.dtype().bytes();
            MemorySegment slice = bytes.asSlice(from * width * element, count * width * element);
            MemorySegment floats = info.dtype() == DType.F32 ? slice : widened(info.dtype(), slice);
            held.add(floats);
            Shape shape = info.shape().size() == 1 ? new Shape(count) : new Shape(count, width);
            pieces.add(scope.create(floats.asByteBuffer().order(ByteOrder.nativeOrder()), shape, DataType.FLOAT32));
        }
        return pieces;
    }

    private static MemorySegment widened(DType type, MemorySegment source) {
        long elements = source.byteSize() / type.bytes();
        MemorySegment target = Arena.ofAuto().allocate(elements * 4, 64);
        ValueLayout.OfShort half = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case BF16 -> {
                for (long i = 0; i < elements; i++) {
                    target.setAtIndex(ValueLayout.JAVA_FLOAT, i, Floats.fromBfloat16(source.get(half, 2 * i)));
                }
            }
            case F16 -> {
                for (long i = 0; i < elements; i++) {
                    target.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.float16ToFloat(source.get(half, 2 * i)));
                }
            }
            case F32, I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalStateException("weights of type " + type + " cannot be widened");
        }
        return target;
    }

    /** Forgets what no tensor that was read aliases. */
    void release() {
        if (!aliased) {
            held.clear();
        }
    }

    /** Forgets everything, once no tensor is used any more; what it lay in goes with the next collection. */
    void forget() {
        held.clear();
    }
}
