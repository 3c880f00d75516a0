package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.script.Script;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the adapters of a decoder's rows do besides low-rank updates of linear layers (special.py): vectors of all of them
 * in tables that rows look up, matrices one adapter at a time. Belongs to one decoder's thread.
 */
final class SpecialEffects {
    private final Script script;
    private final BaseModel model;
    private final NDManager parent;
    /** Adapters bound to the script, with their numbers from 1. */
    private final Map<ResidentAdapter, Integer> numbers = new HashMap<>();

    private boolean active;

    SpecialEffects(Script script, BaseModel model, NDManager parent) {
        this.script = script;
        this.model = model;
        this.parent = parent;
        try (NDManager scope = parent.newSubManager()) {
            meet(scope.create(new long[] {-1}));
        }
    }

    /** Makes the script compute what these rows' adapters do. */
    void meet(List<@Nullable ResidentAdapter> rows) {
        Set<ResidentAdapter> special = new LinkedHashSet<>();
        for (ResidentAdapter adapter : rows) {
            if (adapter != null && adapter.special()) {
                special.add(adapter);
            }
        }
        if (special.isEmpty() && !active) {
            return;
        }
        if (!numbers.keySet().containsAll(special)) {
            bind(new ArrayList<>(special));
        }
        active = !special.isEmpty();
        try (NDManager scope = parent.newSubManager()) {
            long[] kinds = {-1};
            if (active) {
                kinds = rows.stream()
                        .mapToLong(adapter -> adapter == null ? 0 : numbers.getOrDefault(adapter, 0))
                        .toArray();
            }
            meet(scope.create(kinds));
        }
    }

    private void meet(NDArray kinds) {
        try (NDManager scope = parent.newSubManager()) {
            script.call(scope, "meet_special", Script.Mode.NO_GRADIENT, kinds);
        }
    }

    private void bind(List<ResidentAdapter> adapters) {
        SpecialTables tables = SpecialTables.of(
                adapters.stream().map(ResidentAdapter::effects).toList(), model.config(), model::floats);
        int rows = adapters.size() + 1;
        // Copies, which the script keeps: an array made here aliases Java's memory.
        try (NDManager scope = parent.newSubManager()) {
            script.call(
                    scope,
                    "bind_special",
                    Script.Mode.NO_GRADIENT,
                    arrays(scope, tables.inputs(), rows),
                    arrays(scope, tables.scales(), rows),
                    arrays(scope, tables.biases(), rows),
                    arrays(scope, tables.norms(), rows),
                    matrices(scope, tables.matrices()),
                    scope.create(tables.entries()),
                    scope.create(tables.starts()),
                    scope.create(tables.sites()));
        }
        numbers.clear();
        for (int i = 0; i < adapters.size(); i++) {
            numbers.put(adapters.get(i), i + 1);
        }
    }

    private List<NDArray> arrays(NDManager scope, List<float[]> tables, int rows) {
        List<NDArray> arrays = new ArrayList<>();
        for (float[] table : tables) {
            arrays.add(
                    ResidentAdapter.array(scope, table, new Shape(table.length == 0 ? 0 : rows, table.length / rows)));
        }
        return model.copies(scope, arrays);
    }

    private List<NDArray> matrices(NDManager scope, List<SpecialTables.Matrix> matrices) {
        List<NDArray> arrays = new ArrayList<>();
        for (SpecialTables.Matrix matrix : matrices) {
            long columns = matrix.values().length / matrix.rows();
            Shape shape = matrix.vector() ? new Shape(matrix.values().length) : new Shape(matrix.rows(), columns);
            arrays.add(ResidentAdapter.array(scope, matrix.values(), shape));
        }
        return model.copies(scope, Collections.unmodifiableList(arrays));
    }
}
