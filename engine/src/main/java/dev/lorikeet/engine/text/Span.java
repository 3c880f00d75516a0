package dev.lorikeet.engine.text;

/**
 * A range of a text, in UTF-16 units.
 *
 * @param start first unit
 * @param end one past the last, not before start
 */
public record Span(int start, int end) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("not a range: " + start + " to " + end);
        }
    }

    /** Whether any unit of [from, to) lies in this range. */
    public boolean overlaps(int from, int to) {
        return from < end && to > start;
    }
}
