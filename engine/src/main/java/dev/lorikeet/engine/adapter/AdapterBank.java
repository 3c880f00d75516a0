package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The factors of every adapter that a decoder's rows use, side by side in a few large matrices, so that a step costs the
 * same few products whatever the number of adapters. An adapter is copied in when a row first uses it and stays until
 * its room is needed. Belongs to one decoder's thread.
 *
 * <p>Adapters of one width make a batched product over their slots, which reads each factor once and wastes nothing;
 * of several widths, each row is multiplied with the whole range of ranks in use and keeps its own (bank.py). Ranges
 * are kept tight by moving adapters together when less than half of one is used.
 */
public final class AdapterBank implements AutoCloseable {
    private static final int SMALLEST = 16;
    private static final int LAYER_GROUPS = Group.OF_A_LAYER.size();

    private final Script script;
    private final BaseModel model;
    private final NDManager manager;
    private final NDArray like;
    private final NDArray sizes;
    private final boolean[] used;
    private final Map<ResidentAdapter, Integer> offsets = new HashMap<>();
    private final SpecialEffects special;
    private int capacity;
    private @Nullable Selection last;

    /**
     * What a step passes to {@code update} (bank.py).
     *
     * @param rows each row's adapter
     * @param arguments plan, picks, places, bare
     * @param scope owns them
     */
    public record Selection(List<@Nullable ResidentAdapter> rows, List<NDArray> arguments, NDManager scope) {}

    /** @param script a model's, with {@link #source()} in it; the bank keeps its factors in its attributes */
    public AdapterBank(Script script, BaseModel model) {
        this.script = script;
        this.model = model;
        this.manager = model.newManager();
        this.like = manager.create(new float[] {0});
        this.sizes = manager.create(sizes(model.config()));
        this.used = new boolean[entries(model.config())];
        script.call(manager, "clear_bank", Script.Mode.NO_GRADIENT, like);
        this.special = new SpecialEffects(script, manager);
    }

    /** The methods and attributes that a script needs for a bank. */
    public static ScriptSource source() {
        return ScriptSource.of(AdapterBank.class, "bank.py", "special.py")
                .tensorList("bank_a")
                .tensorList("bank_b")
                .tensorList("special_input")
                .tensorList("special_scale")
                .tensorList("special_bias")
                .tensorList("special_norms")
                .tensorList("special_own")
                .tensorList("special_kinds")
                .tensorList("special_base")
                .intList("special_entries")
                .intList("special_starts")
                .intList("special_sites");
    }

    /** Entries of a bank: a's, one a group and layer and the head's; then b's, one a module. */
    static int entries(ModelConfig config) {
        return firstB(config) + config.blueprint().modulesPerLayer() * config.layers() + 1;
    }

    /** The first entry of the b's. */
    static int firstB(ModelConfig config) {
        return LAYER_GROUPS * config.layers() + 1;
    }

    /** Inputs of the five groups; outputs of one layer's modules and of the head. */
    private static long[] sizes(ModelConfig config) {
        LongStream inputs = Arrays.stream(Group.values()).mapToLong(group -> LinearModule.inputs(config, group));
        LongStream outputs = LinearModule.of(config).stream()
                .filter(module -> module.layer() <= 0)
                .mapToLong(LinearModule::outputs);
        // A model without a head still has its entry, which stays empty.
        LongStream head = LongStream.generate(() -> 1).limit(config.blueprint().encoder() ? 1 : 0);
        return LongStream.concat(inputs, LongStream.concat(outputs, head)).toArray();
    }

    /**
     * Brings in what these rows use. The selection is good until the next call.
     *
     * @param rows each row's adapter, null for the base
     */
    public Selection select(List<@Nullable ResidentAdapter> rows) {
        if (last != null && same(last.rows(), rows)) {
            return last;
        }
        Set<ResidentAdapter> active = new HashSet<>();
        List<ResidentAdapter> ordered = new ArrayList<>();
        for (ResidentAdapter adapter : rows) {
            if (adapter != null && active.add(adapter)) {
                ordered.add(adapter);
            }
        }
        for (ResidentAdapter adapter : ordered) {
            if (adapter.model() != model) {
                throw new IllegalArgumentException("the adapter is attached to another base model");
            }
        }
        special.meet(rows);
        ordered.removeIf(adapter -> adapter.width() == 0);
        bringIn(ordered, active);
        if (last != null) {
            last.scope().close();
        }
        last = selection(rows, ordered);
        return last;
    }

    /**
     * The arguments for some of the rows last selected.
     *
     * @param scope gets them
     * @param rows adapters that are in the bank, and nulls
     */
    public List<NDArray> plan(NDManager scope, List<@Nullable ResidentAdapter> rows) {
        List<ResidentAdapter> ordered = new ArrayList<>();
        for (ResidentAdapter adapter : rows) {
            if (adapter != null && adapter.width() > 0 && !ordered.contains(adapter)) {
                ordered.add(adapter);
            }
        }
        return BankPlan.of(banked(rows), ordered, this::offset, this::groups).arrays(scope);
    }

    private void bringIn(List<ResidentAdapter> ordered, Set<ResidentAdapter> active) {
        int total = ordered.stream().mapToInt(ResidentAdapter::width).sum();
        List<ResidentAdapter> missing = ordered.stream()
                .filter(adapter -> !offsets.containsKey(adapter))
                .toList();
        if (!allocated(missing)) {
            missing.forEach(adapter -> mark(adapter.entries()));
            widen(Math.max(capacity, SMALLEST));
        }
        if (!missing.isEmpty() && !placeAll(missing)) {
            offsets.keySet().removeIf(adapter -> !active.contains(adapter));
            if (!placeAll(missing)) {
                repack(ordered, total);
                return;
            }
        }
        if (range(ordered) > 2 * total + SMALLEST) {
            repack(ordered, total);
        }
    }

    private void repack(List<ResidentAdapter> ordered, int total) {
        offsets.clear();
        if (capacity < total) {
            widen(Math.max(SMALLEST, Integer.highestOneBit(total - 1) * 2));
        }
        int offset = 0;
        for (ResidentAdapter adapter : ordered) {
            place(adapter, offset);
            offset += adapter.width();
        }
    }

    private boolean placeAll(List<ResidentAdapter> missing) {
        for (ResidentAdapter adapter : missing) {
            if (!offsets.containsKey(adapter)) {
                int gap = gap(adapter.width());
                if (gap < 0) {
                    return false;
                }
                place(adapter, gap);
            }
        }
        return true;
    }

    /** The first free ranks of this width, or -1. */
    private int gap(int width) {
        List<Map.Entry<ResidentAdapter, Integer>> placed = new ArrayList<>(offsets.entrySet());
        placed.sort(Map.Entry.comparingByValue());
        int from = 0;
        for (Map.Entry<ResidentAdapter, Integer> entry : placed) {
            if (entry.getValue() - from >= width) {
                return from;
            }
            from = entry.getValue() + entry.getKey().width();
        }
        return capacity - from >= width ? from : -1;
    }

    private int range(List<ResidentAdapter> ordered) {
        return end(ordered) - start(ordered);
    }

    private int start(List<ResidentAdapter> ordered) {
        return ordered.stream().mapToInt(this::offset).min().orElse(0);
    }

    private int end(List<ResidentAdapter> ordered) {
        return ordered.stream()
                .mapToInt(adapter -> offset(adapter) + adapter.width())
                .max()
                .orElse(0);
    }

    private int offset(ResidentAdapter adapter) {
        Integer offset = offsets.get(adapter);
        if (offset == null) {
            throw new IllegalStateException("the adapter is not in the bank");
        }
        return offset;
    }

    private boolean allocated(List<ResidentAdapter> adapters) {
        for (ResidentAdapter adapter : adapters) {
            int[] entries = adapter.entries();
            for (int i = 0; i < entries.length; i++) {
                if (entries[i] >= 0 && !used[i]) {
                    return false;
                }
            }
        }
        return true;
    }

    private void mark(int[] entries) {
        for (int i = 0; i < entries.length; i++) {
            used[i] |= entries[i] >= 0;
        }
    }

    private void widen(int ranks) {
        try (NDManager scope = manager.newSubManager()) {
            long[] flags = new long[used.length];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = used[i] ? 1 : 0;
            }
            script.call(
                    scope,
                    "widen",
                    Script.Mode.NO_GRADIENT,
                    scope.create((long) ranks),
                    scope.create(flags),
                    sizes,
                    like);
            capacity = ranks;
        }
    }

    private void place(ResidentAdapter adapter, int offset) {
        try (NDManager scope = manager.newSubManager()) {
            long[] entries = Arrays.stream(adapter.entries()).asLongStream().toArray();
            script.call(
                    scope,
                    "place",
                    Script.Mode.NO_GRADIENT,
                    scope.create((long) offset),
                    scope.create((long) adapter.width()),
                    scope.create(entries),
                    adapter.arrays());
            offsets.put(adapter, offset);
        }
    }

    private Selection selection(List<@Nullable ResidentAdapter> rows, List<ResidentAdapter> ordered) {
        NDManager scope = manager.newSubManager();
        List<@Nullable ResidentAdapter> copy = Collections.unmodifiableList(new ArrayList<>(rows));
        BankPlan plan = BankPlan.of(banked(copy), ordered, this::offset, this::groups);
        return new Selection(copy, plan.arrays(scope), scope);
    }

    /** The rows without adapters that have nothing in a bank. */
    private static List<@Nullable ResidentAdapter> banked(List<@Nullable ResidentAdapter> rows) {
        List<@Nullable ResidentAdapter> banked = new ArrayList<>(rows.size());
        for (ResidentAdapter adapter : rows) {
            banked.add(adapter == null || adapter.width() == 0 ? null : adapter);
        }
        return banked;
    }

    /** Which groups an adapter changes in any layer. */
    private boolean[] groups(ResidentAdapter adapter) {
        int[] entries = adapter.entries();
        boolean[] groups = new boolean[Group.values().length];
        int head = LAYER_GROUPS * model.config().layers();
        for (int i = 0; i <= head; i++) {
            groups[i == head ? Group.HEAD.number() : i % LAYER_GROUPS] |= entries[i] >= 0;
        }
        return groups;
    }

    private static boolean same(List<@Nullable ResidentAdapter> left, List<@Nullable ResidentAdapter> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (left.get(i) != right.get(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        manager.close();
    }
}
