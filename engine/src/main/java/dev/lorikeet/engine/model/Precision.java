package dev.lorikeet.engine.model;

/** The type that a base model's weights are held and multiplied in. Logits are float32 in both. */
public enum Precision {
    /** Four bytes a weight; reproduces the reference implementation to 1e-4. */
    FLOAT32(4),
    /** Two bytes a weight; norms, softmax and logits still in float32. */
    BFLOAT16(2);

    private final int bytes;

    Precision(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one weight. */
    public int bytes() {
        return bytes;
    }

    /** libtorch's number of the type, as scripts use it. */
    public long scalarType() {
        return this == FLOAT32 ? 6 : 15;
    }
}
