package dev.lorikeet.cli.experiment.analysis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How a number of parameters to train is spent, as exactly as ranks and widths allow. */
public final class Budget {
    private Budget() {}

    /**
     * Ranks of the layers of a model: all the same, but one more in as many of the last layers as come closest to the
     * budget. At least 1 each, whatever the budget.
     *
     * @param parameters the budget
     * @param fixed parameters that are trained at any rank
     * @param perRank of each layer the parameters of one rank, above 0
     */
    public static List<Integer> ranks(long parameters, long fixed, List<Long> perRank) {
        long all = perRank.stream().mapToLong(Long::longValue).sum();
        if (perRank.isEmpty() || perRank.stream().anyMatch(cost -> cost < 1)) {
            throw new IllegalArgumentException("layers of " + perRank + " parameters a rank cannot be given ranks");
        }
        long rank = Math.max(1, (parameters - fixed) / all);
        List<Integer> ranks = new ArrayList<>(Collections.nCopies(perRank.size(), Math.toIntExact(rank)));
        long left = parameters - fixed - rank * all;
        for (int layer = perRank.size() - 1; layer >= 0; layer--) {
            long cost = perRank.get(layer);
            if (Math.abs(left - cost) >= Math.abs(left)) {
                break;
            }
            ranks.set(layer, ranks.get(layer) + 1);
            left -= cost;
        }
        return List.copyOf(ranks);
    }

    /**
     * The width at which a number of parameters that grows with it comes closest to a budget; the smaller of two as close,
     * at least 1.
     *
     * @param most the widest
     */
    public static int width(long parameters, int most, Size size) {
        int low = 1;
        int high = most;
        while (low < high) {
            int middle = low + (high - low) / 2;
            if (size.of(middle) < parameters) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        boolean below = low > 1 && parameters - size.of(low - 1) <= Math.abs(size.of(low) - parameters);
        return below ? low - 1 : low;
    }

    /** Parameters at a width. */
    @FunctionalInterface
    public interface Size {
        long of(int width);
    }
}
