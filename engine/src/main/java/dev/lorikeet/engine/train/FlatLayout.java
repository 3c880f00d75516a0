package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.TensorSpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Where an adapter's tensors lie in the flat vector of trained values.
 *
 * @param offsets of each tensor its first element, by name
 * @param specs the tensors, in the adapter's order
 */
public record FlatLayout(List<TensorSpec> specs, Map<String, Integer> offsets) {
    public FlatLayout {
        specs = List.copyOf(specs);
        offsets = Collections.unmodifiableMap(new LinkedHashMap<>(offsets));
    }

    /** One tensor behind the other. */
    public static FlatLayout inOrder(List<TensorSpec> specs) {
        Map<String, Integer> offsets = new LinkedHashMap<>();
        int offset = 0;
        for (TensorSpec spec : specs) {
            offsets.put(spec.name(), offset);
            offset = Math.addExact(offset, spec.elements());
        }
        return new FlatLayout(specs, offsets);
    }

    /** Elements of all tensors. */
    public int size() {
        return specs.stream().mapToInt(TensorSpec::elements).reduce(0, Math::addExact);
    }

    /** The first element of a tensor. */
    public int offset(String name) {
        Integer offset = offsets.get(name);
        if (offset == null) {
            throw new IllegalArgumentException("no tensor " + name + " is trained");
        }
        return offset;
    }

    /** Rows and columns of each tensor in order; one of one axis is one row. For vectors that are laid out in order. */
    public long[] shapes() {
        return specs.stream().flatMapToLong(FlatLayout::matrix).toArray();
    }

    private static LongStream matrix(TensorSpec spec) {
        if (spec.shape().size() == 1) {
            return LongStream.of(1, spec.elements());
        }
        // Not elements by rows: of a rank that was pruned away there are none.
        long columns = spec.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
        return LongStream.of(spec.shape().getFirst(), columns);
    }

    /**
     * The vector of an adapter's tensors.
     *
     * @throws IllegalArgumentException if it has not exactly these
     */
    public float[] flat(AdapterTensors tensors) {
        if (!List.copyOf(tensors.specs()).equals(specs)) {
            throw new IllegalArgumentException("the adapter's tensors are not those that are trained: "
                    + tensors.specs().stream().map(TensorSpec::name).toList());
        }
        float[] values = new float[size()];
        for (TensorSpec spec : specs) {
            System.arraycopy(tensors.get(spec.name()), 0, values, offset(spec.name()), spec.elements());
        }
        return values;
    }

    /** The tensors of a vector, copied. */
    public AdapterTensors tensors(float[] values) {
        Map<String, float[]> byName = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            int from = offset(spec.name());
            byName.put(spec.name(), Arrays.copyOfRange(values, from, from + spec.elements()));
        }
        return AdapterTensors.of(specs, byName);
    }
}
