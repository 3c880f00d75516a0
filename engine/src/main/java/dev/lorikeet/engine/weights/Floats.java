package dev.lorikeet.engine.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Conversions between the stored floating point types and float32. */
public final class Floats {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Floats() {}

    /** A bfloat16's 16 bits as float32: exact. */
    public static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest bfloat16, ties to even; a NaN stays a NaN. */
    public static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x0040);
        }
        int rounding = 0x7fff + ((bits >>> 16) & 1);
        return (short) ((bits + rounding) >>> 16);
    }

    static float[] widen(TensorInfo info, MemorySegment bytes) {
        if (info.elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("tensor " + info.name() + " does not fit an array: " + info.shape());
        }
        var floats = new float[(int) info.elements()];
        switch (info.dtype()) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, 0, floats, 0, floats.length);
            case F16 -> {
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = Float.float16ToFloat(bytes.get(SHORT, 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = fromBfloat16(bytes.get(SHORT, 2L * i));
                }
            }
            case I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException(
                        "tensor " + info.name() + " is " + info.dtype() + ", not floating point");
        }
        return floats;
    }
}
