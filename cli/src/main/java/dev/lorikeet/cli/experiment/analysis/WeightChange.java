package dev.lorikeet.cli.experiment.analysis;

/**
 * How far a weight moved from the base's, split into magnitude and direction (Liu et al. 2024, section 3). Rows are
 * outputs, as PEFT's and our DoRA take them.
 *
 * @param magnitude dM, the mean over the outputs of the change of the row's norm, absolute
 * @param direction dD, the mean over the outputs of 1 - cos(row, row of the base)
 */
public record WeightChange(double magnitude, double direction) {
    /**
     * Compares two matrices (outputs, inputs) in C order. Rows of norm 0 in either count as without change of direction.
     */
    public static WeightChange between(float[] base, float[] moved, int outputs) {
        if (base.length != moved.length || outputs < 1 || base.length % outputs != 0) {
            throw new IllegalArgumentException(
                    base.length + " and " + moved.length + " values are no matrices of " + outputs + " outputs");
        }
        int inputs = base.length / outputs;
        double magnitude = 0;
        double direction = 0;
        for (int row = 0; row < outputs; row++) {
            double before = 0;
            double after = 0;
            double both = 0;
            for (int i = row * inputs; i < (row + 1) * inputs; i++) {
                before += (double) base[i] * base[i];
                after += (double) moved[i] * moved[i];
                both += (double) base[i] * moved[i];
            }
            magnitude += Math.abs(Math.sqrt(after) - Math.sqrt(before));
            double norms = Math.sqrt(before * after);
            direction += norms > 0 ? 1 - both / norms : 0;
        }
        return new WeightChange(magnitude / outputs, direction / outputs);
    }
}
