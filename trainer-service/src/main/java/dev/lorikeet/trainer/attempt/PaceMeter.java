package dev.lorikeet.trainer.attempt;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Measures how fast training goes, over the last steps: tokens in the window / seconds of the window, and seconds left
 * = steps left * seconds of the window / steps in the window. Not thread-safe.
 */
public final class PaceMeter {
    private static final int WINDOW = 20;

    private final Deque<Mark> marks = new ArrayDeque<>();

    /** Starts at a step, at a time on a clock that never goes back. */
    public PaceMeter(int step, long tokens, Duration now) {
        marks.add(new Mark(step, tokens, now));
    }

    /** The pace after a step. */
    public TrainingProgress.Pace after(int step, int totalSteps, long tokens, Duration now) {
        marks.addLast(new Mark(step, tokens, now));
        if (marks.size() > WINDOW + 1) {
            marks.removeFirst();
        }
        Mark first = marks.getFirst();
        double seconds = Math.max(1e-9, now.minus(first.time).toNanos() / 1e9);
        return new TrainingProgress.Pace(
                (tokens - first.tokens) / seconds, (totalSteps - step) * seconds / Math.max(1, step - first.step));
    }

    private record Mark(int step, long tokens, Duration time) {}
}
