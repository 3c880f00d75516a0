package dev.lorikeet.engine.weights;

import java.util.Optional;

/** Element type of a stored tensor, named as safetensors names it. All are little endian. */
public enum DType {
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether this is a floating point type. */
    public boolean floating() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** The type with the name used in a safetensors header, or empty if it is none of ours. */
    public static Optional<DType> named(String name) {
        for (var type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
