package dev.lorikeet.engine.method.adalora;

import java.util.Locale;

/**
 * What keeps P's columns and Q's rows orthonormal: a term added to the loss.
 *
 * @param form how it is computed
 * @param weight what it is multiplied by, at least 0
 */
public record Orthogonality(Form form, double weight) {
    /** How the term is computed from P^T P - I and Q Q^T - I of every adapted matrix. */
    public enum Form {
        /** PEFT's: the mean of their Frobenius norms. */
        MEAN_NORM,
        /** The paper's: the sum of their squared Frobenius norms. */
        SQUARED_SUM;

        /** Its name in adapter_config.json. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final Orthogonality DEFAULT = new Orthogonality(Form.MEAN_NORM, 0.5);

    public Orthogonality {
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("orth_reg_weight must be a number of at least 0, not " + weight);
        }
    }
}
