package dev.lorikeet.engine.model;

import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A folder's tensors as the rest of the engine knows them: under the names of the whole model although the file may hold
 * a bare one ({@code h.0...} for {@code transformer.h.0...}) or old names, and every matrix as (out, in) although Conv1D stores
 * (in, out). Belongs to the store that it reads; closing it closes that.
 */
final class NamedTensors implements TensorStore {
    /** Edge of the squares that a transposition copies, so that both sides stay in the cache. */
    private static final int SQUARE = 32;

    private final TensorStore files;
    /** What each tensor is called in the files. */
    private final Map<String, String> stored = new HashMap<>();

    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
    private final Set<String> transposed = new HashSet<>();

    private NamedTensors(TensorStore files) {
        this.files = files;
    }

    static TensorStore of(TensorStore files, ModelConfig config) {
        NamedTensors named = new NamedTensors(files);
        Blueprint blueprint = config.blueprint();
        WeightLayout layout = new WeightLayout(config);
        String root = blueprint.root();
        boolean bare = files.tensors().stream().noneMatch(info -> info.name().startsWith(root));
        if (!bare && !blueprint.style().transposed() && !blueprint.encoder()) {
            return files;
        }
        Set<String> outside = Set.copyOf(layout.outside());
        for (TensorInfo info : files.tensors()) {
            String modern = modern(info.name());
            String name = bare && !outside.contains(modern) ? root + modern : modern;
            named.stored.put(name, info.name());
            named.infos.put(name, new TensorInfo(name, info.dtype(), info.shape()));
        }
        layout.transposed().forEach(named::transpose);
        return named;
    }

    /** BERT's first files call a norm's weight and bias gamma and beta. */
    private static String modern(String name) {
        if (name.endsWith("LayerNorm.gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        return name.endsWith("LayerNorm.beta") ? name.substring(0, name.length() - "beta".length()) + "bias" : name;
    }

    private void transpose(String name) {
        TensorInfo info = infos.get(name);
        if (info != null && info.shape().size() == 2) {
            transposed.add(name);
            infos.put(name, new TensorInfo(name, info.dtype(), info.shape().reversed()));
        }
    }

    @Override
    public Collection<TensorInfo> tensors() {
        return infos.values();
    }

    @Override
    public boolean has(String name) {
        return infos.containsKey(name);
    }

    @Override
    public TensorInfo info(String name) {
        TensorInfo info = infos.get(name);
        if (info == null) {
            throw new IllegalArgumentException("there is no tensor " + name);
        }
        return info;
    }

    @Override
    public MemorySegment bytes(String name) {
        MemorySegment source = files.bytes(stored.getOrDefault(name, name));
        return transposed.contains(name) ? transposed(source, info(name)) : source;
    }

    @Override
    public float[] row(String name, int row) {
        return transposed.contains(name)
                ? TensorStore.super.row(name, row)
                : files.row(stored.getOrDefault(name, name), row);
    }

    /** @param info of the result (rows, columns) */
    private static MemorySegment transposed(MemorySegment source, TensorInfo info) {
        long rows = info.shape().get(0);
        long columns = info.shape().get(1);
        int size = info.dtype().bytes();
        MemorySegment target = Arena.ofAuto().allocate(info.byteSize(), 64);
        for (long top = 0; top < rows; top += SQUARE) {
            for (long left = 0; left < columns; left += SQUARE) {
                for (long row = top; row < Math.min(rows, top + SQUARE); row++) {
                    for (long column = left; column < Math.min(columns, left + SQUARE); column++) {
                        MemorySegment.copy(
                                source, (column * rows + row) * size, target, (row * columns + column) * size, size);
                    }
                }
            }
        }
        return target;
    }

    @Override
    public void close() {
        files.close();
    }
}
