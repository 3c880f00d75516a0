package dev.lorikeet.engine.method.prefix;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.method.prompt.VirtualTokens;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.List;
import java.util.Map;

/**
 * Prefix tuning (Li and Liang 2021): keys and values of every layer before the text, as they lie in the cache (positions
 * already applied); the text's own positions follow.
 *
 * @param tokens the virtual tokens
 * @param projection the network that they were trained through, or one that does nothing
 * @param zero whether they begin as zeros; else normal of deviation 0.02
 * @param origin what they were trained on
 */
public record PrefixConfig(VirtualTokens tokens, Projection projection, boolean zero, Origin origin)
        implements TrainableConfig {
    static final String EMBEDDINGS = "prompt_embeddings";

    /**
     * PEFT's two-layer network before the prefix. What it computes is stored.
     *
     * @param used whether there is one
     * @param hidden its inner width, 0 for that of the model's embeddings
     */
    public record Projection(boolean used, int hidden) {
        public static final Projection NONE = new Projection(false, 0);

        /** Larger networks are mistakes or attacks. */
        private static final int MOST_HIDDEN = 1 << 16;

        public Projection {
            if (hidden < 0 || hidden > MOST_HIDDEN) {
                throw new IllegalArgumentException(
                        "encoder_hidden_size must be 0 to " + MOST_HIDDEN + ", not " + hidden);
            }
        }
    }

    /** So many virtual tokens. */
    public static PrefixConfig of(int tokens) {
        return new PrefixConfig(VirtualTokens.of(tokens), Projection.NONE, false, Origin.UNKNOWN);
    }

    /**
     * The same, trained through a network.
     *
     * @param hidden its inner width, 0 for that of the model's embeddings
     */
    public PrefixConfig projected(int hidden) {
        return new PrefixConfig(tokens, new Projection(true, hidden), zero, origin);
    }

    @Override
    public PrefixConfig withOrigin(Origin from) {
        return new PrefixConfig(tokens, projection, zero, from);
    }

    /** The same with the model's sizes, as PEFT stores them. */
    PrefixConfig shapedFor(ModelConfig model) {
        return new PrefixConfig(tokens.with(shape(model)), projection, zero, origin);
    }

    @Override
    public String kind() {
        return "prefix_tuning";
    }

    private static VirtualTokens.Shape shape(ModelConfig model) {
        return new VirtualTokens.Shape(model.layers(), model.keyValueHeads(), model.keyValueHeads() * model.headSize());
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        VirtualTokens.Shape shape = shape(model);
        tokens.requireFor(shape);
        if (tokens.count() >= model.contextLength()) {
            throw new IllegalArgumentException(tokens.count()
                    + " virtual tokens leave no room for a text in a context of " + model.contextLength());
        }
        return List.of(TensorSpec.of(EMBEDDINGS, tokens.count(), 2L * shape.layers() * shape.width()));
    }

    /** A token's row holds layer by layer its keys, then its values, head by head. */
    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        float[] stored = tensors.get(EMBEDDINGS);
        int count = tokens.count();
        int heads = model.keyValueHeads();
        int size = model.headSize();
        int row = stored.length / count;
        float[] keys = new float[stored.length / 2];
        float[] values = new float[stored.length / 2];
        for (int token = 0; token < count; token++) {
            for (int layer = 0; layer < model.layers(); layer++) {
                for (int head = 0; head < heads; head++) {
                    int from = token * row + (2 * layer * heads + head) * size;
                    int to = ((layer * heads + head) * count + token) * size;
                    System.arraycopy(stored, from, keys, to, size);
                    System.arraycopy(stored, from + heads * size, values, to, size);
                }
            }
        }
        return new Effects(Map.of(), null, new Effects.Prefix(count, keys, values), List.of(), Map.of());
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return projection.used() ? new ProjectedPrefixTraining(this, model) : new PrefixTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return PrefixFormat.json(this);
    }
}
