package dev.lorikeet.cli.experiment;

import java.io.IOException;

/** Runs, and what they say together. */
@FunctionalInterface
interface Experiment {
    /** Does the runs that the study's log has not, and sums up all of them. */
    Report over(Study study) throws IOException;
}
