package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lorikeet.engine.script.Script;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the adapters of a decoder's rows do besides low-rank updates of linear layers (special.py): vectors of all of them
 * in tables that rows look up, matrices one adapter at a time. A newcomer's row is put behind those of the others; those
 * that no row uses any more go when the tables have become much larger than the rows need, or one of them was closed.
 * Belongs to one decoder's thread.
 */
final class SpecialEffects {
    private static final int ENTRY = 8;
    private static final int NUMBER = 0;
    private static final int FIRST_MATRIX = 4;
    /** Adapters that may stay beside as many as are in use. */
    private static final int SPARE = 8;

    private final Script script;
    private final NDManager parent;
    /** Adapters in the script's tables, with their numbers from 1, and before how many matrices theirs begin. */
    private final Map<ResidentAdapter, Place> places = new LinkedHashMap<>();

    private int matrices;
    private boolean active;

    private record Place(int number, int firstMatrix) {}

    SpecialEffects(Script script, NDManager parent) {
        this.script = script;
        this.parent = parent;
        try (NDManager scope = parent.newSubManager()) {
            meet(scope.create(new long[] {-1}));
        }
    }

    /** Makes the script compute what these rows' adapters do. */
    void meet(List<@Nullable ResidentAdapter> rows) {
        Set<ResidentAdapter> special = new LinkedHashSet<>();
        for (ResidentAdapter adapter : rows) {
            if (adapter != null && adapter.special() != null) {
                special.add(adapter);
            }
        }
        if (special.isEmpty() && !active) {
            return;
        }
        bringIn(special);
        active = !special.isEmpty();
        try (NDManager scope = parent.newSubManager()) {
            long[] kinds = {-1};
            if (active) {
                kinds = rows.stream().mapToLong(this::number).toArray();
            }
            meet(scope.create(kinds));
        }
    }

    private long number(@Nullable ResidentAdapter adapter) {
        Place place = adapter == null ? null : places.get(adapter);
        return place == null ? 0 : place.number();
    }

    private void meet(NDArray kinds) {
        try (NDManager scope = parent.newSubManager()) {
            script.call(scope, "meet_special", Script.Mode.NO_GRADIENT, kinds);
        }
    }

    private void bringIn(Set<ResidentAdapter> special) {
        if (places.keySet().containsAll(special)) {
            return;
        }
        Set<ResidentAdapter> others = new LinkedHashSet<>(places.keySet());
        others.removeAll(special);
        boolean needless =
                others.size() > special.size() + SPARE || others.stream().anyMatch(ResidentAdapter::closed);
        // One that was closed while rows still use it could not come in again.
        if (needless && special.stream().noneMatch(ResidentAdapter::closed)) {
            places.clear();
            matrices = 0;
            try (NDManager scope = parent.newSubManager()) {
                script.call(scope, "clear_special", Script.Mode.NO_GRADIENT, scope.create(0L));
            }
        }
        for (ResidentAdapter adapter : special) {
            SpecialPart part = adapter.special();
            if (part != null && !places.containsKey(adapter)) {
                join(adapter, part);
            }
        }
        index();
    }

    /** Puts an adapter's rows and matrices behind those that are there. */
    private void join(ResidentAdapter adapter, SpecialPart part) {
        try (NDManager scope = parent.newSubManager()) {
            script.call(
                    scope,
                    "join_special",
                    Script.Mode.NO_GRADIENT,
                    scope.create((long) places.size() + 1),
                    part.inputs(),
                    part.scales(),
                    part.biases(),
                    part.norms(),
                    part.matrices());
        }
        places.put(adapter, new Place(places.size() + 1, matrices));
        matrices += part.matrices().size();
    }

    /** Tells the script what is done where, by all together. */
    private void index() {
        List<long[]> entries = new ArrayList<>();
        List<Long> starts = new ArrayList<>();
        List<Long> flags = new ArrayList<>();
        int sites = 0;
        for (ResidentAdapter adapter : places.keySet()) {
            SpecialPart part = adapter.special();
            sites = part == null ? sites : part.sites().length;
        }
        for (int site = 0; site < sites; site++) {
            starts.add((long) entries.size());
            long flag = 0;
            for (Map.Entry<ResidentAdapter, Place> bound : places.entrySet()) {
                SpecialPart part = bound.getKey().special();
                if (part != null) {
                    flag |= part.sites()[site];
                    collect(part, site, bound.getValue(), entries);
                }
            }
            flags.add(flag);
        }
        starts.add((long) entries.size());
        try (NDManager scope = parent.newSubManager()) {
            script.call(
                    scope,
                    "index_special",
                    Script.Mode.NO_GRADIENT,
                    scope.create(
                            entries.isEmpty()
                                    ? new long[] {0}
                                    : entries.stream()
                                            .flatMapToLong(Arrays::stream)
                                            .toArray()),
                    scope.create(starts.stream().mapToLong(Long::longValue).toArray()),
                    scope.create(flags.stream().mapToLong(Long::longValue).toArray()));
        }
    }

    /** A part's entries of a site, with the number and the matrices that it has among all. */
    private static void collect(SpecialPart part, int site, Place place, List<long[]> entries) {
        for (long at = part.starts()[site]; at < part.starts()[site + 1]; at++) {
            int from = Math.toIntExact(ENTRY * at);
            long[] entry = Arrays.copyOfRange(part.entries(), from, from + ENTRY);
            entry[NUMBER] = place.number();
            entry[FIRST_MATRIX] += place.firstMatrix();
            entries.add(entry);
        }
    }
}
