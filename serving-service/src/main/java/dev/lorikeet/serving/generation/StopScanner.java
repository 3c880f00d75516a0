package dev.lorikeet.serving.generation;

import java.util.List;

/**
 * Ends a text before the first stop string, and never lets out the beginning of one: what might still become a stop
 * string is held back until the next piece decides it. The stop string that is complete first counts; so it makes no
 * difference how the text is cut into pieces.
 *
 * <p>Used by one thread.
 */
public final class StopScanner {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    /** Looks for any of {@code stops}, none of them empty. */
    public StopScanner(List<String> stops) {
        this.stops = List.copyOf(stops);
        if (this.stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string is empty");
        }
    }

    /** Takes the next piece of text and returns what may go out now. */
    public String push(String piece) {
        if (stopped) {
            return "";
        }
        held.append(piece);
        int start = firstStop();
        if (start >= 0) {
            stopped = true;
            return take(start);
        }
        return take(held.length() - longestBeginning());
    }

    /** The text is complete: what was held back was no stop string. */
    public String finish() {
        return stopped ? "" : take(held.length());
    }

    /** Whether a stop string appeared; nothing goes out after it. */
    public boolean stopped() {
        return stopped;
    }

    /** Where the stop string begins that ends first; of several that end there, the longest. -1 if there is none. */
    private int firstStop() {
        int first = -1;
        int firstEnd = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            int end = at + stop.length();
            if (at >= 0 && (end < firstEnd || (end == firstEnd && at < first))) {
                first = at;
                firstEnd = end;
            }
        }
        return first;
    }

    /** Length of the longest end of the held text that a stop string begins with. */
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
                if (stop.startsWith(held.substring(held.length() - n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }

    private String take(int length) {
        String out = held.substring(0, length);
        if (stopped) {
            held.setLength(0);
        } else {
            held.delete(0, length);
        }
        return out;
    }
}
