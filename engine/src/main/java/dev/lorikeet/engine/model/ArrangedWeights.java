package dev.lorikeet.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A base model's weights in the form that products without gradients want, for {@link BaseModel#compile}. */
final class ArrangedWeights {
    private final BaseModel model;
    private final WeightLayout layout;
    private final WeightReader reader;
    private final NDManager manager;
    private final @Nullable PackedWeights packed;
    private final List<List<NDArray>> lists = new ArrayList<>();

    /**
     * @param model whose weights, which is asked for nothing before {@link #lists}
     * @param manager gets the arrays
     * @param packed the blocks' matrices if they are held as codes
     */
    ArrangedWeights(
            BaseModel model,
            WeightLayout layout,
            WeightReader reader,
            NDManager manager,
            @Nullable PackedWeights packed) {
        this.model = model;
        this.layout = layout;
        this.reader = reader;
        this.manager = manager;
        this.packed = packed;
    }

    /** What {@code bind} of weights.py takes: made when first asked for. */
    List<List<NDArray>> lists() {
        if (lists.isEmpty()) {
            lists.addAll(arranged());
        }
        return lists;
    }

    private List<List<NDArray>> arranged() {
        List<List<NDArray>> all = new ArrayList<>();
        all.addAll(norms(layout::attentionNorm));
        all.addAll(norms(layout::feedForwardNorm));
        all.add(headNorms());
        for (Group group : Group.OF_A_LAYER) {
            List<NDArray> matrices = new ArrayList<>();
            List<NDArray> biases = new ArrayList<>();
            NDArray none = none();
            for (int layer = 0; layer < model.config().layers(); layer++) {
                matrices.add(
                        packed == null
                                ? reader.arranged(layout.matrices(layer, group))
                                : packed.places(model.config(), layer, group));
                biases.add(model.config().biased(group) ? reader.plain(layout.biases(layer, group)) : none);
                reader.release();
            }
            all.add(matrices);
            all.add(biases);
        }
        NDArray embedding = model.looksUp() ? none() : model.weight(layout.embedding());
        NDArray head = layout.head()
                .map(name -> reader.arranged(List.of(model.stored(name))))
                .orElseGet(this::none);
        NDArray frequencies = model.config().rotary()
                ? manager.create(
                        model.config().rope().inverseFrequencies(model.config().headSize()))
                : none();
        all.add(List.of(
                embedding,
                model.weight(WeightLayout.weight(layout.lastNorm())),
                head,
                frequencies,
                layout.normsBiased() ? model.weight(WeightLayout.bias(layout.lastNorm())) : none(),
                layout.positions().map(model::weight).orElseGet(this::none),
                layout.types().map(model::weight).orElseGet(this::none)));
        reader.release();
        return all;
    }

    /** Weights and biases of one norm of every layer. */
    private List<List<NDArray>> norms(IntFunction<String> path) {
        NDArray none = none();
        List<NDArray> weights = new ArrayList<>();
        List<NDArray> biases = new ArrayList<>();
        for (int layer = 0; layer < model.config().layers(); layer++) {
            weights.add(model.weight(WeightLayout.weight(path.apply(layer))));
            biases.add(layout.normsBiased() ? model.weight(WeightLayout.bias(path.apply(layer))) : none);
        }
        return List.of(weights, biases);
    }

    private List<NDArray> headNorms() {
        NDArray none = none();
        List<NDArray> norms = new ArrayList<>();
        for (int layer = 0; layer < model.config().layers(); layer++) {
            List<String> names = layout.headNorms(layer);
            norms.add(names.isEmpty() ? none : reader.plain(names));
        }
        return norms;
    }

    /** Read by nobody; one a list, since an array has one name and so a place in one list. */
    private NDArray none() {
        return manager.create(new float[] {0});
    }
}
