package dev.lorikeet.engine.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A model's tensors of which some matrices have passed through {@link Nf4}: they are shown as what their codes decode to,
 * in float32, computed anew at each call. Belongs to the store that it reads; closing it closes that.
 */
public final class Nf4Tensors implements TensorStore {
    private final TensorStore source;
    private final Set<String> encoded;

    /** @param encoded names of those that pass through the codes */
    public Nf4Tensors(TensorStore source, Collection<String> encoded) {
        this.source = source;
        this.encoded = Set.copyOf(encoded);
    }

    /** Whether a tensor passes through the codes. */
    public boolean encodes(String name) {
        return encoded.contains(name);
    }

    /**
     * A tensor's codes.
     *
     * @throws IllegalArgumentException if it is none of those that have codes, or not finite
     */
    public Nf4.Encoded codes(String name) {
        if (!encodes(name)) {
            throw new IllegalArgumentException("tensor " + name + " is not held as NF4");
        }
        try {
            return Nf4.encode(source.floats(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tensor " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Collection<TensorInfo> tensors() {
        return source.tensors().stream().map(this::shown).toList();
    }

    @Override
    public boolean has(String name) {
        return source.has(name);
    }

    @Override
    public TensorInfo info(String name) {
        return shown(source.info(name));
    }

    private TensorInfo shown(TensorInfo info) {
        return encodes(info.name()) ? new TensorInfo(info.name(), DType.F32, List.copyOf(info.shape())) : info;
    }

    @Override
    public float[] floats(String name) {
        return encodes(name) ? Nf4.decode(codes(name)) : source.floats(name);
    }

    @Override
    public MemorySegment bytes(String name) {
        if (!encodes(name)) {
            return source.bytes(name);
        }
        float[] values = floats(name);
        MemorySegment bytes = Arena.ofAuto().allocate(4L * values.length, 64);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, bytes, 0, 4L * values.length);
        return bytes.asReadOnly();
    }

    @Override
    public float[] row(String name, int row) {
        return encodes(name) ? TensorStore.super.row(name, row) : source.row(name, row);
    }

    @Override
    public void close() {
        source.close();
    }
}
