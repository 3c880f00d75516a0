package dev.lorikeet.engine.adapter;

/**
 * The two matrices of one module's update, in C order, without the scaling.
 *
 * @param target the module, its rank and scaling
 * @param a (rank, inputs); not copied, never to be changed
 * @param b (outputs, rank); not copied, never to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes: compared by nobody, copied by nobody.
public record LoraFactors(LoraModule target, float[] a, float[] b) {
    public LoraFactors {
        requireLength(
                target,
                "lora_A",
                a.length,
                (long) target.rank() * target.module().inputs());
        requireLength(
                target,
                "lora_B",
                b.length,
                (long) target.rank() * target.module().outputs());
    }

    private static void requireLength(LoraModule target, String name, int length, long expected) {
        if (length != expected) {
            throw new IllegalArgumentException(
                    name + " of " + target.module().path() + " has " + length + " elements, not " + expected);
        }
    }
}
