package dev.lorikeet.engine.method.prefix;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.method.prompt.DenseLayer;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Prefix tuning through a network of two layers (PEFT's prefix_projection), which is trained with the vectors before it.
 * A checkpoint holds all of it; an adapter only the keys and values that come out.
 */
final class ProjectedPrefixTraining implements TrainedMethod {
    private static final String VECTORS = "embedding.weight";

    private final PrefixConfig config;
    private final List<TensorSpec> stored;
    private final DenseLayer first;
    private final DenseLayer second;
    private final FlatLayout layout;

    ProjectedPrefixTraining(PrefixConfig config, ModelConfig model) {
        this.config = config.shapedFor(model);
        this.stored = config.tensors(model);
        int width = model.keyValueHeads() * model.headSize();
        int hidden = config.projection().hidden() == 0
                ? model.hiddenSize()
                : config.projection().hidden();
        this.first = new DenseLayer("transform.0", width, hidden);
        this.second = new DenseLayer(
                "transform.2", hidden, Math.toIntExact(stored.getFirst().shape().getLast()));
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(TensorSpec.of(VECTORS, config.tokens().count(), width));
        tensors.addAll(first.tensors());
        tensors.addAll(second.tensors());
        this.layout = FlatLayout.inOrder(tensors);
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(ProjectedPrefixTraining.class, "cut.py", "projected.py")
                .constant("before", config.tokens().count());
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public int positionsBefore() {
        return config.tokens().count();
    }

    /** As PyTorch begins an embedding (standard normal) and linear layers; the last one zero where that is asked for. */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        List<TensorSpec> specs = layout.specs();
        int drawn = config.zero() ? specs.size() - 2 : specs.size();
        for (int i = 0; i < drawn; i++) {
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            int from = layout.offset(specs.get(i).name());
            int elements = specs.get(i).elements();
            if (i == 0) {
                Seeds.normal(values, from, elements, random, 1);
            } else {
                Seeds.uniform(values, from, elements, random, 1 / Math.sqrt(i <= 2 ? first.inputs() : second.inputs()));
            }
        }
        return values;
    }

    @Override
    public float[] flat(AdapterTensors tensors) {
        throw new IllegalArgumentException(
                "a stored prefix holds no network to go on with: resume from a checkpoint, or"
                        + " train it without prefix_projection");
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        AdapterTensors own = layout.tensors(values);
        float[] inner = first.apply(own, own.get(VECTORS));
        for (int i = 0; i < inner.length; i++) {
            inner[i] = (float) Math.tanh(inner[i]);
        }
        return new StoredAdapter(
                config, AdapterTensors.of(stored, Map.of(PrefixConfig.EMBEDDINGS, second.apply(own, inner))));
    }
}
