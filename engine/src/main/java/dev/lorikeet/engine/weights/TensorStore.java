package dev.lorikeet.engine.weights;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;

/**
 * A read-only set of named tensors. Safe for use by several threads until it is closed; after that every segment that
 * it gave out refuses access.
 */
public interface TensorStore extends AutoCloseable {
    /** All tensors, ordered as the file orders them. */
    Collection<TensorInfo> tensors();

    /** Whether a tensor of this name is stored. */
    boolean has(String name);

    /**
     * Type and shape of a tensor.
     *
     * @throws IllegalArgumentException if no tensor has this name
     */
    TensorInfo info(String name);

    /**
     * The elements, little endian, in C order, exactly {@link TensorInfo#byteSize()} bytes, read-only.
     *
     * <p>Usually a view of the mapped file. A store of quantised tensors computes the elements anew at each call, in
     * memory that the collector frees: ask once for each tensor.
     *
     * @throws IllegalArgumentException if no tensor has this name
     */
    MemorySegment bytes(String name);

    /**
     * The elements of a floating point tensor, widened to float32.
     *
     * @throws IllegalArgumentException if no tensor has this name, it is not floating point, or it has more elements
     *     than an array
     */
    default float[] floats(String name) {
        var info = info(name);
        return Floats.widen(info, bytes(name));
    }

    /**
     * One row of a floating point matrix, widened to float32: without reading the others where the store can.
     *
     * @throws IllegalArgumentException as {@link #floats}, and if it has no such row
     */
    default float[] row(String name, int row) {
        var info = info(name);
        if (info.shape().size() != 2 || row < 0 || row >= info.shape().getFirst()) {
            throw new IllegalArgumentException("tensor " + name + " has no row " + row + ": " + info.shape());
        }
        var one = new TensorInfo(name, info.dtype(), List.of(info.shape().getLast()));
        return Floats.widen(one, bytes(name).asSlice(row * one.byteSize(), one.byteSize()));
    }

    /** Unmaps what was mapped. */
    @Override
    void close();
}
