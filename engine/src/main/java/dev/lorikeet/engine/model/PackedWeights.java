package dev.lorikeet.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.weights.Nf4;
import dev.lorikeet.engine.weights.Nf4Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Matrices of a base model that are held on the device as NF4 codes, each brought there when first asked for. */
public final class PackedWeights {
    private static final float[] TABLE = pairs();

    private final Nf4Tensors tensors;
    private final Script script;
    private final NDManager manager;
    private final Map<String, PackedMatrix> held = new HashMap<>();

    /**
     * @param script compiled from weights.py
     * @param manager gets the arrays
     */
    PackedWeights(Nf4Tensors tensors, Script script, NDManager manager) {
        this.tensors = tensors;
        this.script = script;
        this.manager = manager;
    }

    /** The weights of the blocks' linear layers. */
    static List<String> names(ModelConfig config) {
        List<String> names = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (Group group : Group.OF_A_LAYER) {
                config.blueprint().paths(layer, group).forEach(path -> names.add(path + ".weight"));
            }
        }
        return names;
    }

    /** Whether a tensor is one of those. */
    boolean holds(String name) {
        return tensors.encodes(name);
    }

    /** A matrix, if it is one of those. */
    Optional<PackedMatrix> matrix(String name) {
        return tensors.encodes(name) ? Optional.of(held.computeIfAbsent(name, this::bring)) : Optional.empty();
    }

    private PackedMatrix bring(String name) {
        List<Long> shape = tensors.info(name).shape();
        Nf4.Encoded encoded = tensors.codes(name);
        float[] scales = Arrays.copyOf(encoded.scales(), encoded.scales().length + 1);
        scales[scales.length - 1] = encoded.mean();
        try (NDManager scope = manager.newSubManager()) {
            return new PackedMatrix(
                    Math.toIntExact(shape.getFirst()),
                    Math.toIntExact(shape.getLast()),
                    kept(bytes(scope, encoded.codes())),
                    kept(bytes(scope, encoded.magnitudes())),
                    kept(scope.create(scales)));
        }
    }

    private static NDArray bytes(NDManager scope, byte[] values) {
        return scope.create(ByteBuffer.wrap(values), new Shape(values.length), DataType.UINT8);
    }

    /** A copy of its own: arrays made from Java's memory keep that. */
    private NDArray kept(NDArray array) {
        return script.call(manager, "duplicated", Script.Mode.NO_GRADIENT, array)
                .singletonOrThrow();
    }

    /** nf4.py with what it needs, for a script that holds base tensors in its list {@code weights}. */
    public static ScriptSource source(Quantisation quantisation) {
        return ScriptSource.of(PackedWeights.class, "nf4.py")
                .constant("nf4", quantisation == Quantisation.NF4)
                .tensorList("weights")
                .tensorList("magnitudes")
                .tensorList("spreads")
                .tensorList("tables")
                .intList("sizes");
    }

    /**
     * Tells a script which of its {@code weights} are packed: nf4.py's {@code bind_packed}.
     *
     * @param weights what the script's {@code weights} hold
     * @param packed by place in that list
     */
    public static void bind(
            NDManager manager, Script script, List<NDArray> weights, Map<Integer, PackedMatrix> packed) {
        // Two, since an array is in one list.
        NDArray noMagnitudes = manager.zeros(new Shape(0));
        NDArray noScales = manager.zeros(new Shape(0));
        List<NDArray> magnitudes = new ArrayList<>();
        List<NDArray> scales = new ArrayList<>();
        long[] sizes = new long[2 * weights.size()];
        for (int i = 0; i < weights.size(); i++) {
            PackedMatrix matrix = packed.get(i);
            magnitudes.add(matrix == null ? noMagnitudes : matrix.magnitudes());
            scales.add(matrix == null ? noScales : matrix.scales());
            sizes[2 * i] = matrix == null ? 0 : matrix.rows();
            sizes[2 * i + 1] = matrix == null ? 0 : matrix.columns();
        }
        try (NDManager scope = manager.newSubManager()) {
            // Copied by the script: what it keeps must not lie in Java's memory.
            NDArray table = scope.create(TABLE, new Shape(256, 2));
            NDArray levels = scope.create(Nf4.magnitudeLevels());
            script.call(
                    scope,
                    "bind_packed",
                    Script.Mode.NO_GRADIENT,
                    magnitudes,
                    scales,
                    table,
                    levels,
                    scope.create(sizes));
        }
    }

    /** Gives a script the packed matrices as its {@code weights}, in the order of {@link #names}. */
    void bindAll(Script script, ModelConfig config) {
        List<NDArray> codes = new ArrayList<>();
        Map<Integer, PackedMatrix> all = new HashMap<>();
        for (String name : names(config)) {
            PackedMatrix matrix = matrix(name).orElseThrow();
            all.put(codes.size(), matrix);
            codes.add(matrix.codes());
        }
        try (NDManager scope = manager.newSubManager()) {
            script.call(scope, "hold", Script.Mode.NO_GRADIENT, codes);
        }
        bind(manager, script, codes, all);
    }

    /** Places in the order of {@link #names} of a group's matrices in one layer, as weights.py's products take them. */
    NDArray places(ModelConfig config, int layer, Group group) {
        long first = (long) layer * config.blueprint().modulesPerLayer()
                + config.blueprint().first(group);
        return manager.create(
                LongStream.range(first, first + config.blueprint().count(group)).toArray());
    }

    /** Both weights of each byte of codes. */
    private static float[] pairs() {
        float[] levels = Nf4.levels();
        float[] pairs = new float[2 * 256];
        for (int code = 0; code < 256; code++) {
            pairs[2 * code] = levels[code >> 4];
            pairs[2 * code + 1] = levels[code & 0xf];
        }
        return pairs;
    }
}
