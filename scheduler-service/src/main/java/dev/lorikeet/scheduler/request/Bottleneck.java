package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;

/**
 * Bottleneck adapters: small networks after the sublayers.
 *
 * @param placement after which
 * @param size inner width; 0: not set
 */
public record Bottleneck(Placement placement, int size) implements Method {
    private static final int MAX_SIZE = 4_096;
    private static final int DEFAULT_SIZE = 64;

    public Bottleneck {
        requireNonNull(placement, "placement");
    }

    /** After which sublayers. */
    public enum Placement {
        /** The tenant did not choose. */
        UNSET,
        /** After attention and feed-forward layer. */
        HOULSBY,
        /** After the feed-forward layer. */
        PFEIFFER,
        /** A value that this version does not know. */
        UNKNOWN
    }

    @Override
    public String field() {
        return "bottleneck";
    }

    @Override
    public void check(Check check, Training training) {
        if (placement == Placement.UNKNOWN) {
            check.wrong(Code.INVALID_VALUE, "placement", "is not known; use PLACEMENT_HOULSBY or PLACEMENT_PFEIFFER");
        }
        check.range("size", size, 0, MAX_SIZE);
    }

    @Override
    public Bottleneck resolved(Training training) {
        return new Bottleneck(
                placement == Placement.UNSET ? Placement.PFEIFFER : placement, size == 0 ? DEFAULT_SIZE : size);
    }

    @Override
    public double learningRate() {
        return 5e-4;
    }
}
