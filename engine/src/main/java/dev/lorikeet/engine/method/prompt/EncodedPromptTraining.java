package dev.lorikeet.engine.method.prompt;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
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
 * P-tuning: the embeddings are the output of a network over vectors of their own, and both are trained. A checkpoint
 * holds all of it; an adapter only the output, from which the way back is not known.
 */
final class EncodedPromptTraining implements TrainedMethod {
    private static final String VECTORS = "embedding.weight";

    private final PromptConfig config;
    private final PromptConfig.Way.Encoded way;
    private final PromptNetwork network;
    private final List<TensorSpec> stored;
    private final FlatLayout layout;

    EncodedPromptTraining(PromptConfig config, PromptConfig.Way.Encoded way, ModelConfig model) {
        this.config = config.storedFor(model);
        this.way = way;
        this.stored = config.tensors(model);
        this.network = PromptNetwork.of(way, model.hiddenSize());
        // Names and order of PEFT's prompt encoder.
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(TensorSpec.of(VECTORS, config.tokens().count(), model.hiddenSize()));
        tensors.addAll(network.tensors());
        this.layout = FlatLayout.inOrder(tensors);
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(EncodedPromptTraining.class, "front.py", network.script());
    }

    /** How many layers an LSTM has; a perceptron's script does not ask. */
    @Override
    public long[] index() {
        return new long[] {way.layers()};
    }

    /** Between the layers of an LSTM. */
    @Override
    public double dropout() {
        return way.kind() == PromptConfig.Network.LSTM ? way.dropout() : 0;
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public int positionsBefore() {
        return config.tokens().count();
    }

    /** As PyTorch begins an embedding (standard normal), and linear layers and LSTMs (uniform). */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        List<TensorSpec> specs = layout.specs();
        for (int i = 0; i < specs.size(); i++) {
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            int from = layout.offset(specs.get(i).name());
            int elements = specs.get(i).elements();
            if (i == 0) {
                Seeds.normal(values, from, elements, random, 1);
            } else {
                Seeds.uniform(
                        values,
                        from,
                        elements,
                        random,
                        network.bound(specs.get(i).name()));
            }
        }
        return values;
    }

    @Override
    public float[] flat(AdapterTensors tensors) {
        throw new IllegalArgumentException("a stored p_tuning adapter holds no encoder to go on with: resume from a"
                + " checkpoint, or train its embeddings as prompt_tuning");
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        AdapterTensors own = layout.tensors(values);
        float[] embeddings = network.output(own, own.get(VECTORS));
        return new StoredAdapter(config, AdapterTensors.of(stored, Map.of(PromptConfig.EMBEDDINGS, embeddings)));
    }
}
