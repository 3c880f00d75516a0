package dev.lorikeet.engine.weights;

import java.util.List;

/**
 * Name, element type and shape of a stored tensor. An empty shape is a scalar of one element.
 *
 * @param name the tensor's key in its file
 * @param dtype type of its elements
 * @param shape sizes, outermost first; none is negative and their product fits a long
 */
public record TensorInfo(String name, DType dtype, List<Long> shape) {
    public TensorInfo {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a tensor needs a name");
        }
        shape = List.copyOf(shape);
        long elements = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("tensor " + name + " has a negative size in its shape " + shape);
            }
            try {
                elements = Math.multiplyExact(elements, size);
                Math.multiplyExact(elements, dtype.bytes());
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("tensor " + name + " has an impossible shape " + shape, e);
            }
        }
    }

    /** Number of elements. */
    public long elements() {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        return elements;
    }

    /** Bytes that the elements take. */
    public long byteSize() {
        return elements() * dtype.bytes();
    }
}
