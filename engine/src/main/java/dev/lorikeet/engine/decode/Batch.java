package dev.lorikeet.engine.decode;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.image.Patches;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one call of the script (decode.py): tokens of several sequences, one behind the other.
 *
 * @param feeds in the order of their rows
 * @param decode whether each is one row, attending together; else each is a segment of its own
 * @param all whether the logits of all rows are wanted, not only of rows that end their sequence's pending tokens
 */
record Batch(List<Feed> feeds, boolean decode, boolean all) {
    static Batch decode(List<Feed> feeds) {
        return new Batch(List.copyOf(feeds), true, false);
    }

    static Batch prefill(List<Feed> feeds) {
        return new Batch(List.copyOf(feeds), false, false);
    }

    Batch wantingAll() {
        return new Batch(feeds, decode, true);
    }

    int rows() {
        return feeds.stream().mapToInt(Feed::rows).sum();
    }

    /** Ids; virtual tokens have some beyond the vocabulary. */
    long[] tokens(int vocabulary) {
        long[] tokens = new long[rows()];
        int row = 0;
        for (Feed feed : feeds) {
            for (int i = 0; i < feed.rows(); i++) {
                tokens[row++] = feed.sequence().id(i, vocabulary);
            }
        }
        return tokens;
    }

    long[] positions() {
        long[] positions = new long[rows()];
        int row = 0;
        for (Feed feed : feeds) {
            for (int i = 0; i < feed.rows(); i++) {
                positions[row++] = (long) feed.sequence().cached() + i;
            }
        }
        return positions;
    }

    long[] slots() {
        long[] slots = new long[rows()];
        int row = 0;
        for (Feed feed : feeds) {
            for (int i = 0; i < feed.rows(); i++) {
                slots[row++] = feed.sequence().slot();
            }
        }
        return slots;
    }

    List<@Nullable ResidentAdapter> adapters() {
        List<@Nullable ResidentAdapter> adapters = new ArrayList<>(rows());
        for (Feed feed : feeds) {
            adapters.addAll(Collections.nCopies(feed.rows(), feed.sequence().adapter()));
        }
        return adapters;
    }

    /** Feeds after which nothing is pending, whose last row's logits choose a token. */
    List<Feed> finished() {
        return feeds.stream()
                .filter(feed -> feed.tokens() == feed.sequence().pending())
                .toList();
    }

    /** Rows whose logits are asked for; one that nobody reads if none is, since a call needs one. */
    long[] wanted() {
        List<Long> wanted = new ArrayList<>();
        long row = 0;
        for (Feed feed : feeds) {
            for (int i = 0; i < feed.rows(); i++) {
                if (all
                        || (i == feed.rows() - 1
                                && feed.tokens() == feed.sequence().pending())) {
                    wanted.add(row);
                }
                row++;
            }
        }
        if (wanted.isEmpty()) {
            wanted.add(0L);
        }
        return wanted.stream().mapToLong(Long::longValue).toArray();
    }

    /** Whether every row's logits are asked for. */
    boolean wantsAllRows() {
        return wanted().length == rows();
    }

    /** As decode.py reads it. */
    long[] layout() {
        if (decode) {
            int first = feeds.getFirst().sequence().slot();
            boolean adjacent = feeds.getLast().sequence().slot() - first == feeds.size() - 1;
            int longest = feeds.stream()
                    .mapToInt(feed -> feed.sequence().cached() + 1)
                    .max()
                    .orElseThrow();
            return new long[] {feeds.size(), adjacent ? first : -1, longest};
        }
        long[] layout = new long[3 + 5 * feeds.size()];
        layout[1] = -1;
        int row = 0;
        int at = 3;
        for (Feed feed : feeds) {
            layout[at++] = row;
            layout[at++] = feed.rows();
            layout[at++] = feed.sequence().slot();
            layout[at++] = feed.sequence().cached();
            Patches picture = feed.sequence().nextPicture();
            layout[at++] = picture == null ? 0 : picture.grid().patches();
            row += feed.rows();
        }
        return layout;
    }
}
