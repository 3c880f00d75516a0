package dev.lorikeet.engine.method.full;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TensorPlaces;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Full fine-tuning of the blocks, a baseline to compare adapters with: every layer's matrices with their
 * biases and the weights of its two norms are trained. Embedding, final norm and head stay, and so do the biases of norms
 * (gpt2) and the norms of heads (qwen3), of which serving computes no adapter's own. PEFT has no such kind:
 * {@code peft_type} FULL, and the tensors whole, as {@code modules_to_save} stores them, {@code base_model.model.<name>};
 * matrices are (outputs, inputs) in every family.
 *
 * @param origin what it was trained on
 */
public record FullConfig(Origin origin) implements TrainableConfig {
    private static final String PREFIX = "base_model.model.";
    /** Training holds six float32 numbers for each: a baseline for small models. */
    private static final long MOST_VALUES = 200_000_000;

    @Override
    public FullConfig withOrigin(Origin from) {
        return new FullConfig(from);
    }

    @Override
    public String kind() {
        return "full";
    }

    /** @throws IllegalArgumentException if the model's blocks are too large to be an adapter */
    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        List<TensorSpec> specs = new ArrayList<>();
        Set<String> trained = TensorPlaces.ofLayers(model).keySet();
        long values = 0;
        for (Map.Entry<String, List<Long>> tensor : model.tensors().entrySet()) {
            if (trained.contains(tensor.getKey())) {
                specs.add(new TensorSpec(PREFIX + tensor.getKey(), tensor.getValue()));
                values += tensor.getValue().stream().reduce(1L, Math::multiplyExact);
            }
        }
        if (values > MOST_VALUES) {
            throw new IllegalArgumentException("full fine-tuning of " + values + " values is not supported: at most "
                    + MOST_VALUES + "; train an adapter of low rank");
        }
        return specs;
    }

    /** The base's name of a stored tensor. */
    static String name(TensorSpec spec) {
        return spec.name().substring(PREFIX.length());
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Map<String, float[]> own = new LinkedHashMap<>();
        tensors.specs().forEach(spec -> own.put(name(spec), tensors.get(spec.name())));
        Map<LinearModule, LinearEffect> linear = new LinkedHashMap<>();
        for (LinearModule module : LinearModule.of(model)) {
            float[] weight = own.remove(module.path() + ".weight");
            String bias = module.path() + ".bias";
            float[] added = own.remove(bias);
            if (added != null) {
                float[] old = base.floats(bias);
                added = added.clone();
                for (int i = 0; i < added.length; i++) {
                    added[i] -= old[i];
                }
            }
            if (weight != null) {
                linear.put(module, new LinearEffect(null, null, null, null, added, weight));
            }
        }
        return Effects.of(linear).withReplaced(own);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return new FullTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return FullFormat.json(this);
    }
}
