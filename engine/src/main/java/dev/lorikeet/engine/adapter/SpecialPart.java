package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.BaseModel;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link SpecialTables} of one adapter on the model's device, float32: made when it is attached, so that whoever decodes
 * only puts them together.
 *
 * @param inputs a table a site, (2, inputs): what leaves all as it is, then the adapter's; or empty
 * @param scales the same, (2, outputs)
 * @param biases the same
 * @param norms the same of the norms' weights, then their biases, (2, hidden); first the base's
 * @param matrices its own
 * @param entries eight numbers each
 * @param starts where each site's entries begin, and the end
 * @param sites a flag each
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record SpecialPart(
        List<NDArray> inputs,
        List<NDArray> scales,
        List<NDArray> biases,
        List<NDArray> norms,
        List<NDArray> matrices,
        long[] entries,
        long[] starts,
        long[] sites) {
    private static final int ROWS = 2;

    /** @param manager owns the arrays */
    static SpecialPart of(Effects effects, BaseModel model, NDManager manager) {
        SpecialTables tables = SpecialTables.of(effects, model.config(), model::floats);
        try (NDManager scope = manager.newSubManager()) {
            return new SpecialPart(
                    model.copies(manager, arrays(scope, tables.inputs())),
                    model.copies(manager, arrays(scope, tables.scales())),
                    model.copies(manager, arrays(scope, tables.biases())),
                    model.copies(manager, arrays(scope, tables.norms())),
                    model.copies(manager, matrices(scope, tables.matrices())),
                    tables.entries(),
                    tables.starts(),
                    tables.sites());
        }
    }

    private static List<NDArray> arrays(NDManager scope, List<float[]> tables) {
        List<NDArray> arrays = new ArrayList<>();
        for (float[] table : tables) {
            Shape shape = table.length == 0 ? new Shape(0, 0) : new Shape(ROWS, table.length / ROWS);
            arrays.add(ResidentAdapter.array(scope, table, shape));
        }
        return arrays;
    }

    private static List<NDArray> matrices(NDManager scope, List<SpecialTables.Matrix> matrices) {
        List<NDArray> arrays = new ArrayList<>();
        for (SpecialTables.Matrix matrix : matrices) {
            long columns = matrix.values().length / matrix.rows();
            Shape shape = matrix.vector() ? new Shape(matrix.values().length) : new Shape(matrix.rows(), columns);
            arrays.add(ResidentAdapter.array(scope, matrix.values(), shape));
        }
        return arrays;
    }
}
