package dev.lorikeet.engine.weights;

import java.util.Arrays;
import java.util.Optional;

/** How a GGUF tensor's elements are stored: plain, or in blocks of quantised values. Source: ggml's type table. */
public enum GgufType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    BF16(30, 1, 2);

    private final int id;
    private final int blockElements;
    private final int blockBytes;

    GgufType(int id, int blockElements, int blockBytes) {
        this.id = id;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** Elements of one block; a row is a whole number of blocks. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** The type with the number used in the file, or empty if it is not read here. */
    static Optional<GgufType> numbered(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }

    /** The type that {@link TensorStore} shows: plain types as they are, quantised ones as float32. */
    DType shownAs() {
        return switch (this) {
            case F16 -> DType.F16;
            case BF16 -> DType.BF16;
            case F32, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K -> DType.F32;
        };
    }

    /** Whether the elements stand in the file as they are shown. */
    boolean plain() {
        return blockElements == 1;
    }
}
