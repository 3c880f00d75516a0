package dev.lorikeet.engine.method.prompt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.List;
import java.util.Map;

/**
 * Learned embeddings before the text: prompt tuning (Lester et al. 2021) trains them as they are, P-tuning (Liu et al.
 * 2021) through a small network, of which only the outcome is stored.
 *
 * @param tokens the virtual tokens
 * @param way how they are trained
 * @param origin what they were trained on
 */
public record PromptConfig(VirtualTokens tokens, Way way, Origin origin) implements TrainableConfig {
    static final String EMBEDDINGS = "prompt_embeddings";

    /** How the embeddings are trained. */
    public sealed interface Way {
        /**
         * As they are.
         *
         * @param start what they begin as
         */
        record Direct(PromptStart start) implements Way {}

        /**
         * As a network's output over vectors of their own.
         *
         * @param kind of the network
         * @param hidden its inner width, 0 for that of the model's embeddings
         * @param layers of an LSTM; a perceptron has three linear layers
         * @param dropout of an LSTM
         */
        record Encoded(Network kind, int hidden, int layers, double dropout) implements Way {
            public Encoded {
                if (hidden < 0 || hidden > MOST_HIDDEN) {
                    throw new IllegalArgumentException(
                            "encoder_hidden_size must be 0 to " + MOST_HIDDEN + ", not " + hidden);
                }
                if (layers < 1 || layers > MOST_LAYERS) {
                    throw new IllegalArgumentException(
                            "encoder_num_layers must be 1 to " + MOST_LAYERS + ", not " + layers);
                }
                if (!(dropout >= 0 && dropout < 1)) {
                    throw new IllegalArgumentException("encoder_dropout must be 0 to below 1, not " + dropout);
                }
            }
        }

        /** Larger networks are mistakes or attacks. */
        int MOST_HIDDEN = 1 << 16;

        /** The same of an LSTM's layers. */
        int MOST_LAYERS = 64;
    }

    /** Networks of P-tuning, by PEFT's names. */
    public enum Network {
        /** Three linear layers, ReLU between them. */
        MLP,
        /** A bidirectional LSTM and two linear layers. */
        LSTM
    }

    /** Prompt tuning. */
    public static PromptConfig tuning(int tokens, PromptStart start) {
        return new PromptConfig(VirtualTokens.of(tokens), new Way.Direct(start), Origin.UNKNOWN);
    }

    /**
     * P-tuning through a perceptron.
     *
     * @param hidden its inner width, 0 for that of the model's embeddings
     */
    public static PromptConfig encoded(int tokens, int hidden) {
        return new PromptConfig(VirtualTokens.of(tokens), new Way.Encoded(Network.MLP, hidden, 2, 0), Origin.UNKNOWN);
    }

    /**
     * P-tuning through an LSTM.
     *
     * @param hidden inner width of each direction, 0 for that of the model's embeddings
     * @param layers at least 1
     * @param dropout between layers
     */
    public static PromptConfig recurrent(int tokens, int hidden, int layers, double dropout) {
        return new PromptConfig(
                VirtualTokens.of(tokens), new Way.Encoded(Network.LSTM, hidden, layers, dropout), Origin.UNKNOWN);
    }

    @Override
    public PromptConfig withOrigin(Origin from) {
        return new PromptConfig(tokens, way, from);
    }

    /**
     * The same as an adapter stores it: with the model's sizes, and without a text to begin with, for which PEFT would ask
     * for a tokenizer that nobody needs any more.
     */
    PromptConfig storedFor(ModelConfig model) {
        Way stored =
                way instanceof Way.Direct(PromptStart.Text text) ? new Way.Direct(new PromptStart.Vocabulary()) : way;
        return new PromptConfig(tokens.with(shape(model)), stored, origin);
    }

    @Override
    public String kind() {
        return switch (way) {
            case Way.Direct direct -> "prompt_tuning";
            case Way.Encoded encoded -> "p_tuning";
        };
    }

    private static VirtualTokens.Shape shape(ModelConfig model) {
        return new VirtualTokens.Shape(model.layers(), model.heads(), model.hiddenSize());
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        tokens.requireFor(shape(model));
        if (tokens.count() >= model.contextLength()) {
            throw new IllegalArgumentException(tokens.count()
                    + " virtual tokens leave no room for a text in a context of " + model.contextLength());
        }
        return List.of(TensorSpec.of(EMBEDDINGS, tokens.count(), model.hiddenSize()));
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Effects.Prompt prompt = new Effects.Prompt(tokens.count(), tensors.get(EMBEDDINGS));
        return new Effects(Map.of(), null, prompt, List.of(), Map.of());
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return switch (way) {
            case Way.Direct direct -> new PromptTraining(this, direct.start(), model);
            case Way.Encoded encoded -> new EncodedPromptTraining(this, encoded, model);
        };
    }

    @Override
    public ObjectNode json() {
        return PromptFormat.json(this);
    }
}
