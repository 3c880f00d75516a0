package dev.lorikeet.engine.method.vora;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.ParameterGroup;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/** LoRA's vector of trained values, as LoRA trains it, and behind it the embedding of patches. */
final class VoraTraining implements TrainedMethod {
    /** Of the vectors of places, as vision transformers begin them. */
    private static final double PLACES_DEVIATION = 0.02;

    private final VoraConfig config;
    private final TrainedMethod lora;
    private final FlatLayout own;
    private final FlatLayout layout;

    /** @throws IllegalArgumentException if the updates are not of linear layers of the blocks alone */
    VoraTraining(VoraConfig config, LoraConfig lora, ModelConfig model) {
        this.config = config;
        this.lora = lora.method(model);
        if (!this.lora.plainLora()) {
            throw new IllegalArgumentException(
                    "vora's updates are of linear layers of the blocks alone, not of the token embedding or the head");
        }
        this.own = FlatLayout.inOrder(config.ofTheEmbedding(model));
        Map<String, Integer> offsets = new LinkedHashMap<>(this.lora.layout().offsets());
        own.offsets().forEach((name, offset) -> offsets.put(name, this.lora.size() + offset));
        this.layout = new FlatLayout(config.tensors(model), offsets);
    }

    @Override
    public ScriptSource script() {
        return lora.script()
                .and(VoraTraining.class, "vora.py")
                .constant("patches", config.grid().patches());
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public long[] shapes() {
        return LongStream.concat(Arrays.stream(lora.shapes()), Arrays.stream(own.shapes()))
                .toArray();
    }

    @Override
    public long[] index() {
        return lora.index();
    }

    @Override
    public double[] scales() {
        return lora.scales();
    }

    @Override
    public double dropout() {
        return lora.dropout();
    }

    @Override
    public Grid pictures() {
        return config.grid();
    }

    @Override
    public int positionsBefore() {
        return config.grid().patches();
    }

    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return groups(learningRate, weightDecay, FactorRates.EQUAL);
    }

    /** LoRA's, then the patches' matrix; bias and places do not decay. */
    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay, FactorRates rates) {
        List<ParameterGroup> groups = new ArrayList<>(lora.groups(learningRate, weightDecay, rates));
        int bias = own.offset(VoraConfig.BIAS);
        groups.add(new ParameterGroup(lora.size(), bias, learningRate, weightDecay));
        groups.add(new ParameterGroup(lora.size() + bias, own.size() - bias, learningRate, 0));
        return groups;
    }

    /** LoRA's start; the matrix uniform in +-1/sqrt(inputs), as PyTorch begins it; bias zero; places normal. */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] first = lora.initial(seed, base);
        float[] values = Arrays.copyOf(first, first.length + own.size());
        // Numbers that LoRA's modules do not use.
        int index = lora.layout().specs().size();
        for (TensorSpec spec : own.specs()) {
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, index++);
            int from = layout.offset(spec.name());
            if (spec.name().equals(VoraConfig.WEIGHT)) {
                double bound = 1 / Math.sqrt(config.grid().values());
                Seeds.uniform(values, from, spec.elements(), random, bound);
            } else if (spec.name().equals(VoraConfig.PLACES)) {
                Seeds.normal(values, from, spec.elements(), random, PLACES_DEVIATION);
            }
        }
        return values;
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        StoredAdapter updates = lora.stored(Arrays.copyOf(values, lora.size()), state);
        VoraConfig stored = updates.config() instanceof LoraConfig changed
                ? new VoraConfig(config.grid(), changed, config.origin())
                : config;
        return new StoredAdapter(stored, layout.tensors(values));
    }
}
