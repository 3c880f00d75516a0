package dev.lorikeet.engine.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An adapter's numbers: float32 tensors by name, in C order, complete for its configuration. */
public final class AdapterTensors {
    private final Map<String, TensorSpec> specs;
    private final Map<String, float[]> values;

    private AdapterTensors(Map<String, TensorSpec> specs, Map<String, float[]> values) {
        this.specs = Collections.unmodifiableMap(specs);
        this.values = values;
    }

    /**
     * Tensors of given shapes.
     *
     * @param values by name; the arrays are not copied and never to be changed
     * @throws IllegalArgumentException if one is missing, too many, or of another size
     */
    public static AdapterTensors of(List<TensorSpec> specs, Map<String, float[]> values) {
        Map<String, TensorSpec> byName = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            float[] own = values.get(spec.name());
            if (own == null || own.length != spec.elements()) {
                throw new IllegalArgumentException(spec.name() + " has " + (own == null ? "no" : own.length)
                        + " elements, not " + spec.elements());
            }
            byName.put(spec.name(), spec);
        }
        if (values.size() != byName.size()) {
            throw new IllegalArgumentException(
                    values.size() + " tensors are given where " + byName.size() + " are expected");
        }
        return new AdapterTensors(byName, new LinkedHashMap<>(values));
    }

    /** Names and shapes, in order. */
    public List<TensorSpec> specs() {
        return new ArrayList<>(specs.values());
    }

    /**
     * A tensor's values, never to be changed.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public float[] get(String name) {
        float[] own = values.get(name);
        if (own == null) {
            throw new IllegalArgumentException("the adapter has no tensor " + name);
        }
        return own;
    }

    /** Bytes as float32. */
    public long bytes() {
        return values.values().stream().mapToLong(own -> 4L * own.length).sum();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AdapterTensors theirs
                && specs.equals(theirs.specs)
                && values.entrySet().stream()
                        .allMatch(entry -> Arrays.equals(entry.getValue(), theirs.get(entry.getKey())));
    }

    @Override
    public int hashCode() {
        return specs.hashCode();
    }
}
