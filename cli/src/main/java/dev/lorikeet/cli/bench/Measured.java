package dev.lorikeet.cli.bench;

import java.util.List;

/** Prepared work that can be repeated and timed; closing it frees what it holds. */
interface Measured extends AutoCloseable {

    /**
     * Does the work so many times.
     *
     * @return the milliseconds of each
     */
    List<Double> times(int iterations);

    @Override
    void close();
}
