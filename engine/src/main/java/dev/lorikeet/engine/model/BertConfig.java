package dev.lorikeet.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The config.json of BERT and RoBERTa. */
final class BertConfig {
    private BertConfig() {}

    static ModelConfig read(Family family, ConfigFields config, Set<Integer> endOfText) throws IOException {
        config.requireOneOf("hidden_act", "gelu", Set.of("gelu"));
        config.requireOneOf("position_embedding_type", "absolute", Set.of("absolute"));
        config.requireFlag("is_decoder", false);
        config.requireFlag("add_cross_attention", false);
        int hiddenSize = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        if (heads < 1 || hiddenSize % heads != 0) {
            throw new MalformedFileException(
                    config.file(), "hidden_size " + hiddenSize + " is no multiple of num_attention_heads " + heads);
        }
        var positions = new Positions.Learned(
                config.integer("max_position_embeddings", 512),
                family == Family.ROBERTA ? Math.addExact(config.integer("pad_token_id", 1), 1) : 0,
                config.integer("type_vocab_size", 2));
        return new ModelConfig(
                family,
                new Dimensions(
                        config.integer("vocab_size"),
                        hiddenSize,
                        config.integer("num_hidden_layers"),
                        new Dimensions.Attention(heads, heads, hiddenSize / heads),
                        config.integer("intermediate_size"),
                        positions.rows() - positions.first()),
                config.number("layer_norm_eps", 1e-12),
                positions,
                new ModelConfig.Projections(Set.copyOf(Group.OF_A_LAYER), false, labels(config)),
                new ModelConfig.ControlTokens(config.integer("bos_token_id", -1), endOfText));
    }

    /** Only a model saved with a classifier has one; others are for embeddings, or for adapters that bring their own. */
    private static List<String> labels(ConfigFields config) throws IOException {
        boolean classifies = config.present("architectures")
                && config.texts("architectures").stream().anyMatch(name -> name.endsWith("ForSequenceClassification"));
        if (!classifies) {
            return List.of();
        }
        List<String> labels = new ArrayList<>();
        if (config.present("id2label")) {
            JsonNode names = config.object("id2label").node();
            for (int i = 0; i < names.size(); i++) {
                String name = names.path(Integer.toString(i)).asText();
                if (name.isEmpty()) {
                    throw new MalformedFileException(config.file(), "id2label names no label " + i);
                }
                labels.add(name);
            }
        } else {
            for (int i = 0; i < config.integer("num_labels", 2); i++) {
                labels.add("LABEL_" + i);
            }
        }
        if (labels.isEmpty()) {
            throw new MalformedFileException(config.file(), "a classifier needs at least one label");
        }
        return labels;
    }
}
