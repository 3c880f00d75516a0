package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.Group;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** How the rows of a step meet the adapters of a bank: the arguments of {@code update} in bank.py. */
final class BankPlan {
    private static final int GROUPS = Group.values().length;
    private static final int AS_THEY_STAND = 0;
    private static final int SEVERAL_WIDTHS = 1;
    private static final int SLOTS = 2;

    private final List<@Nullable ResidentAdapter> rows;
    private final long[] plan = new long[6 + GROUPS];
    private long[] picks = {0};
    private long[] places = {0};
    private boolean[] foreign = {false};

    private BankPlan(List<@Nullable ResidentAdapter> rows) {
        this.rows = rows;
    }

    /**
     * Plans.
     *
     * @param rows each row's adapter, null for the base
     * @param active the adapters among them, each once
     * @param offset an adapter's first rank in the bank
     * @param groups which groups of modules an adapter changes
     */
    static BankPlan of(
            List<@Nullable ResidentAdapter> rows,
            List<ResidentAdapter> active,
            ToIntFunction<ResidentAdapter> offset,
            Function<ResidentAdapter, boolean[]> groups) {
        BankPlan made = new BankPlan(rows);
        if (active.isEmpty()) {
            return made;
        }
        int first = active.stream().mapToInt(offset).min().orElseThrow();
        int end = active.stream()
                .mapToInt(adapter -> offset.applyAsInt(adapter) + adapter.width())
                .max()
                .orElseThrow();
        made.plan[0] = first;
        made.plan[1] = (long) end - first;
        made.plan[3] = 1;
        made.plan[5] = rows.contains(null) ? 1 : 0;
        for (ResidentAdapter adapter : active) {
            boolean[] changed = groups.apply(adapter);
            for (int group = 0; group < GROUPS; group++) {
                made.plan[6 + group] |= changed[group] ? 1 : 0;
            }
        }
        int width = active.getFirst().width();
        boolean aligned = active.stream()
                .allMatch(adapter -> adapter.width() == width && (offset.applyAsInt(adapter) - first) % width == 0);
        if (active.size() == 1 && !rows.contains(null)) {
            made.plan[2] = AS_THEY_STAND;
        } else if (aligned) {
            made.slots(first, width, offset);
        } else {
            made.mask(first, end - first, offset);
        }
        return made;
    }

    private void slots(int first, int width, ToIntFunction<ResidentAdapter> offset) {
        int slots = Math.toIntExact(plan[1] / width);
        int[] counts = new int[slots];
        places = new long[rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            ResidentAdapter adapter = rows.get(row);
            if (adapter != null) {
                places[row] = counts[(offset.applyAsInt(adapter) - first) / width]++;
            }
        }
        int most = Arrays.stream(counts).max().orElseThrow();
        // A place without a row repeats row 0; nobody reads its result.
        picks = new long[slots * most];
        for (int row = 0; row < rows.size(); row++) {
            ResidentAdapter adapter = rows.get(row);
            if (adapter != null) {
                int slot = (offset.applyAsInt(adapter) - first) / width;
                places[row] += (long) slot * most;
                picks[Math.toIntExact(places[row])] = row;
            }
        }
        // Rows that lie in the slots' order already need not be moved there and back.
        plan[2] = inSlotOrder() ? AS_THEY_STAND : SLOTS;
        plan[3] = slots;
        plan[4] = most;
    }

    private boolean inSlotOrder() {
        if (rows.contains(null) || picks.length != rows.size()) {
            return false;
        }
        for (int row = 0; row < places.length; row++) {
            if (places[row] != row) {
                return false;
            }
        }
        return true;
    }

    private void mask(int first, int ranks, ToIntFunction<ResidentAdapter> offset) {
        plan[2] = SEVERAL_WIDTHS;
        foreign = new boolean[rows.size() * ranks];
        Arrays.fill(foreign, true);
        for (int row = 0; row < rows.size(); row++) {
            ResidentAdapter adapter = rows.get(row);
            if (adapter != null) {
                int from = row * ranks + offset.applyAsInt(adapter) - first;
                Arrays.fill(foreign, from, from + adapter.width(), false);
            }
        }
    }

    /** Plan, picks, places, bare. */
    List<NDArray> arrays(NDManager scope) {
        NDArray first = plan[2] == SEVERAL_WIDTHS
                ? scope.create(foreign).reshape(new Shape(rows.size(), plan[1]))
                : scope.create(picks);
        boolean[] bare = new boolean[rows.size()];
        for (int row = 0; row < bare.length; row++) {
            bare[row] = rows.get(row) == null;
        }
        return List.of(
                scope.create(plan),
                first,
                scope.create(places),
                scope.create(bare).reshape(new Shape(bare.length, 1)));
    }
}
