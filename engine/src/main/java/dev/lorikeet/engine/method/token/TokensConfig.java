package dev.lorikeet.engine.method.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PEFT's TRAINABLE_TOKENS: embeddings of single tokens are trained and nothing else, for words that the model does not
 * know or should know better.
 *
 * @param rows the tokens, at least one
 * @param target what a file names as the embedding, or null for whatever the model has
 * @param origin what they were trained on
 */
public record TokensConfig(TokenRows rows, @Nullable TargetModules target, Origin origin) implements TrainableConfig {
    private static final String PREFIX = "base_model.model.";
    private static final String DELTA = ".trainable_tokens_delta";

    public TokensConfig {
        if (rows.none()) {
            throw new IllegalArgumentException("token_indices names no token");
        }
    }

    /** These tokens. */
    public static TokensConfig of(List<Integer> tokens) {
        return new TokensConfig(new TokenRows(tokens), null, Origin.UNKNOWN);
    }

    @Override
    public TokensConfig withOrigin(Origin from) {
        return new TokensConfig(rows, target, from);
    }

    @Override
    public String kind() {
        return "trainable_tokens";
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        String path = model.blueprint().embedding();
        if (target != null && !target.matches(path)) {
            throw new UnsupportedTargetException(
                    "trainable tokens are those of the embedding " + path + ", not of " + target);
        }
        rows.requireFor(model);
        return List.of(TensorSpec.of(name(model), rows.tokens().size(), model.hiddenSize()));
    }

    private static String name(ModelConfig model) {
        return PREFIX + model.blueprint().embedding() + DELTA;
    }

    /** PEFT stores the rows of a tied head once more. */
    @Override
    public boolean redundant(String tensor) {
        return tensor.equals(PREFIX + "lm_head" + DELTA);
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        return rows.addTo(Effects.of(Map.of()), tensors.get(name(model)), model);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return new TokensTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return TokensFormat.json(this);
    }
}
