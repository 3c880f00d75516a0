package dev.lorikeet.cli.experiment;

/** An experiment was told to stop, and did so between two steps; the run that it was in is not kept. */
final class StoppedException extends RuntimeException {
    StoppedException() {
        super("stopped between two steps");
    }
}
