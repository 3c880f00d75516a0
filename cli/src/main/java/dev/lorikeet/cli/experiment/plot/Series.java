package dev.lorikeet.cli.experiment.plot;

import java.util.List;

/**
 * Points that belong together.
 *
 * @param name what the legend calls them
 * @param joined whether a line runs through them, in order
 * @param marks the points
 */
public record Series(String name, boolean joined, List<Mark> marks) {
    /** Copies. */
    public Series {
        marks = List.copyOf(marks);
    }
}
