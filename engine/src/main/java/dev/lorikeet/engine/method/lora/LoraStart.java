package dev.lorikeet.engine.method.lora;

import java.util.Locale;

/**
 * What the factors begin as. But for {@link #ZERO} a module's product B0 A0 is not zero, so that the base's weight is
 * taken as W - s B0 A0 and the first output is the base's own: y = W x + s (B A - B0 A0) x. The base itself is not touched:
 * B0 and A0 are kept, and the trained adapter is stored as plain LoRA of twice the rank, [B, -B0] [A; A0].
 */
public enum LoraStart {
    /** A uniform, B zero (Hu et al. 2021). */
    ZERO,
    /** The largest singular values of the weight with their vectors, shared evenly (PiSSA: Meng et al. 2024). */
    PISSA,
    /** The first columns of Q and rows of R of the weight's QR decomposition (OLoRA: Büyükakyüz 2024). */
    OLORA,
    /** An adapter's, with which the run begins. */
    GIVEN;

    /** Whether B0 A0 may differ from zero. */
    public boolean shifted() {
        return this != ZERO;
    }

    /** The name in requests and checkpoints. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is none of this name */
    static LoraStart of(String text) {
        for (LoraStart start : values()) {
            if (start.text().equals(text)) {
                return start;
            }
        }
        throw new IllegalArgumentException("factors begin as zero, pissa, olora or given, not as " + text);
    }
}
