package dev.lorikeet.cli.experiment;

/**
 * What all runs of an experiment have in common.
 *
 * @param steps optimizer steps of a run
 * @param rows examples of a step
 * @param seeds runs that differ in their seed alone, numbered from 1
 * @param answers texts that are generated after a run and scored, 0 for none
 */
record Conditions(int steps, int rows, int seeds, int answers) {
    Conditions {
        if (steps < 1 || rows < 1 || seeds < 1 || answers < 0) {
            throw new IllegalArgumentException("steps, rows and seeds must be at least 1, answers at least 0: " + steps
                    + ", " + rows + ", " + seeds + ", " + answers);
        }
    }
}
