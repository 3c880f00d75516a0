package dev.lorikeet.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.PackedMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A base model's tensors in the order of training.py's lists. */
final class BaseTensors {
    private BaseTensors() {}

    /**
     * The base's tensors in the order of training.py's {@code bind}.
     *
     * @param packed gets those that are held as codes, by place
     */
    static List<NDArray> weights(BaseModel base, NDManager manager, Map<Integer, PackedMatrix> packed) {
        ModelConfig config = base.config();
        Blueprint blueprint = config.blueprint();
        List<NDArray> weights = new ArrayList<>();
        weights.add(base.weight(blueprint.embedding() + ".weight"));
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = blueprint.layer(layer);
            weights.add(base.weight(prefix + blueprint.norms().attention() + ".weight"));
            for (Group group : Group.OF_A_LAYER) {
                if (group == Group.FEED_FORWARD_IN) {
                    weights.add(base.weight(prefix + blueprint.norms().feedForward() + ".weight"));
                }
                for (String path : blueprint.paths(layer, group)) {
                    String name = path + ".weight";
                    base.packed(name).ifPresent(matrix -> packed.put(weights.size(), matrix));
                    weights.add(base.packed(name).map(PackedMatrix::codes).orElseGet(() -> base.weight(name)));
                }
            }
        }
        weights.add(base.weight(blueprint.norms().last() + ".weight"));
        List<String> heads = blueprint.modules(Group.HEAD);
        weights.add(heads.isEmpty() ? manager.zeros(new Shape(1)) : base.weight(heads.getFirst() + ".weight"));
        // Of a manager that lives as long as the script: such arrays alias Java memory.
        weights.add(
                config.rotary()
                        ? manager.create(config.rope().inverseFrequencies(config.headSize()))
                        : manager.zeros(new Shape(1)));
        return weights;
    }

    /** The linear layers' biases in the same order, empty where there is none. */
    static List<NDArray> biases(BaseModel base, NDManager manager) {
        ModelConfig config = base.config();
        NDArray none = manager.zeros(new Shape(0));
        List<NDArray> biases = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (Group group : Group.OF_A_LAYER) {
                for (String path : config.blueprint().paths(layer, group)) {
                    biases.add(config.biased(group) ? base.weight(path + ".bias") : none);
                }
            }
        }
        return biases;
    }

    /** What only some families have, in the order of training.py's {@code bind}. */
    static List<NDArray> details(BaseModel base, NDManager manager) {
        ModelConfig config = base.config();
        Blueprint blueprint = config.blueprint();
        Blueprint.Norms norms = blueprint.norms();
        boolean biased = norms.kind() == Blueprint.NormKind.LAYER;
        NDArray none = manager.zeros(new Shape(0));
        List<NDArray> details = new ArrayList<>();
        String positions = blueprint.embeddings().positions();
        details.add(positions == null ? none : base.weight(positions + ".weight"));
        details.add(biased ? base.weight(norms.last() + ".bias") : none);
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = blueprint.layer(layer);
            for (String norm : List.of(norms.attention(), norms.feedForward())) {
                details.add(biased ? base.weight(prefix + norm + ".bias") : none);
            }
            for (String norm : Arrays.asList(norms.queries(), norms.keys())) {
                details.add(norm == null ? none : base.weight(prefix + norm + ".weight"));
            }
        }
        String types = blueprint.embeddings().types();
        if (types != null) {
            details.add(config.tokenTypes() == 0 ? none : base.weight(types + ".weight"));
        }
        return details;
    }
}
