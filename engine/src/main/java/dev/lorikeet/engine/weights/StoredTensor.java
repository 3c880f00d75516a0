package dev.lorikeet.engine.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor to be written.
 *
 * @param info its name, type and shape
 * @param bytes its elements, little endian, in C order
 */
public record StoredTensor(TensorInfo info, MemorySegment bytes) {
    public StoredTensor {
        if (bytes.byteSize() != info.byteSize()) {
            throw new IllegalArgumentException(
                    "tensor " + info.name() + " needs " + info.byteSize() + " bytes, not " + bytes.byteSize());
        }
    }

    /** A float32 tensor of these values in C order. */
    public static StoredTensor of(String name, List<Long> shape, float[] values) {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new StoredTensor(new TensorInfo(name, DType.F32, shape), MemorySegment.ofBuffer(bytes));
    }
}
