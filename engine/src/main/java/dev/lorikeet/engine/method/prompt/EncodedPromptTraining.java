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
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * P-tuning: the embeddings are the output of a perceptron over vectors of their own, and both are trained. A checkpoint
 * holds all of it; an adapter only the output, from which the way back is not known.
 */
final class EncodedPromptTraining implements TrainedMethod {
    private final PromptConfig config;
    private final List<TensorSpec> stored;
    private final FlatLayout layout;
    private final int width;
    private final int hidden;

    /** @throws IllegalArgumentException for an LSTM */
    EncodedPromptTraining(PromptConfig config, PromptConfig.Way.Encoded way, ModelConfig model) {
        if (way.kind() != PromptConfig.Network.MLP) {
            throw new IllegalArgumentException("training P-tuning through " + way.kind() + " is not supported: MLP is");
        }
        this.config = config.storedFor(model);
        this.stored = config.tensors(model);
        this.width = model.hiddenSize();
        this.hidden = way.hidden() == 0 ? width : way.hidden();
        // Names and order of PEFT's prompt encoder.
        this.layout = FlatLayout.inOrder(List.of(
                TensorSpec.of("embedding.weight", config.tokens().count(), width),
                TensorSpec.of("mlp_head.0.weight", hidden, width),
                TensorSpec.of("mlp_head.0.bias", hidden),
                TensorSpec.of("mlp_head.2.weight", hidden, hidden),
                TensorSpec.of("mlp_head.2.bias", hidden),
                TensorSpec.of("mlp_head.4.weight", width, hidden),
                TensorSpec.of("mlp_head.4.bias", width)));
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(EncodedPromptTraining.class, "front.py", "encoded.py");
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public int positionsBefore() {
        return config.tokens().count();
    }

    /** As PyTorch begins an embedding (standard normal) and linear layers (uniform in +-1/sqrt(inputs)). */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        List<TensorSpec> specs = layout.specs();
        for (int i = 0; i < specs.size(); i++) {
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            int from = layout.offset(specs.get(i).name());
            double bound = 1 / Math.sqrt(i <= 2 ? width : hidden);
            for (int j = 0; j < specs.get(i).elements(); j++) {
                values[from + j] = (float) (i == 0 ? random.nextGaussian() : (2 * random.nextDouble() - 1) * bound);
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
        float[] inner = linear(own, own.get("embedding.weight"), "mlp_head.0", width, hidden);
        positive(inner);
        inner = linear(own, inner, "mlp_head.2", hidden, hidden);
        positive(inner);
        float[] embeddings = linear(own, inner, "mlp_head.4", hidden, width);
        return new StoredAdapter(config, AdapterTensors.of(stored, Map.of(PromptConfig.EMBEDDINGS, embeddings)));
    }

    /** Rows (n, inputs) -> (n, outputs). */
    private static float[] linear(AdapterTensors own, float[] rows, String name, int inputs, int outputs) {
        float[] weight = own.get(name + ".weight");
        float[] bias = own.get(name + ".bias");
        int count = rows.length / inputs;
        float[] result = new float[count * outputs];
        for (int row = 0; row < count; row++) {
            for (int output = 0; output < outputs; output++) {
                double sum = bias[output];
                for (int input = 0; input < inputs; input++) {
                    sum += (double) weight[output * inputs + input] * rows[row * inputs + input];
                }
                result[row * outputs + output] = (float) sum;
            }
        }
        return result;
    }

    private static void positive(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(values[i], 0);
        }
    }
}
