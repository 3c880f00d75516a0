package dev.lorikeet.engine.adapter;

import java.util.List;

/**
 * A tensor of an adapter's file.
 *
 * @param name as PEFT writes it
 * @param shape at least one size
 */
public record TensorSpec(String name, List<Long> shape) {
    public TensorSpec {
        shape = List.copyOf(shape);
    }

    public static TensorSpec of(String name, long... shape) {
        return new TensorSpec(name, java.util.Arrays.stream(shape).boxed().toList());
    }

    /** How many values it has. */
    public int elements() {
        return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    }
}
