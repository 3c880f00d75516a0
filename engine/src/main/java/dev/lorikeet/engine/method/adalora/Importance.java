package dev.lorikeet.engine.method.adalora;

import java.util.Locale;

/**
 * How the importance of a triplet (column of P, singular value, row of Q) is measured. The sensitivity of a number w is
 * |w * gradient| after the step; smoothed, I = beta1 I + (1 - beta1) |w * gradient|, and its uncertainty
 * U = beta2 U + (1 - beta2) ||w * gradient| - I|.
 *
 * @param variant what of it counts
 * @param beta1 smoothing of the sensitivity, above 0 and below 1
 * @param beta2 smoothing of the uncertainty, above 0 and below 1
 */
public record Importance(Variant variant, double beta1, double beta2) {
    /** What counts. */
    public enum Variant {
        /** I U of the singular value, plus its means over the column and the row. */
        SMOOTHED(0),
        /** |w * gradient| of the last step instead of I U. */
        SENSITIVITY(1),
        /** The singular value's size. */
        MAGNITUDE(2),
        /**
         * As the first, over LoRA's own doublets: singular values are 1 and not trained, B begins as 0, and a pruned
         * doublet's column of B is set to 0.
         */
        DOUBLETS(3);

        private final int number;

        Variant(int number) {
            this.number = number;
        }

        /** How scripts call it. */
        int number() {
            return number;
        }

        /** Its name in adapter_config.json. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final Importance DEFAULT = new Importance(Variant.SMOOTHED, 0.85, 0.85);

    public Importance {
        requireShare("beta1", beta1);
        requireShare("beta2", beta2);
    }

    private static void requireShare(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be above 0 and below 1, not " + value);
        }
    }
}
