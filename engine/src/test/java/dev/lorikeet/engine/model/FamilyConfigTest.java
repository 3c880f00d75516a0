package dev.lorikeet.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.weights.MalformedFileException;
import dev.lorikeet.engine.weights.Safetensors;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each family's config.json means. */
class FamilyConfigTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private ModelConfig read(String family, Consumer<ObjectNode> change) throws IOException {
        var config = (ObjectNode) MAPPER.readTree(
                ModelFilesTest.MODELS.resolve(family + "/config.json").toFile());
        change.accept(config);
        MAPPER.writeValue(folder.resolve("config.json").toFile(), config);
        return ModelConfigReader.readFolder(folder);
    }

    private void assertRefused(String family, Consumer<ObjectNode> change, String reason) {
        assertThatThrownBy(() -> read(family, change))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void mistralHasAWindowUnlessItIsNull() throws IOException {
        assertThat(read("mistral", config -> {}).window()).isEqualTo(new Dimensions.Window(16, 0));
        assertThat(read("mistral", config -> config.putNull("sliding_window")).window())
                .isEqualTo(Dimensions.Window.NONE);
        assertThatThrownBy(() -> read("mistral", config -> config.put("sliding_window", 0)))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("sliding_window");
    }

    @Test
    void qwensWindowMustBeSwitchedOnAndBeginsAtALayer() throws IOException {
        assertThat(read("qwen2", config -> config.put("sliding_window", 8)).window())
                .isEqualTo(Dimensions.Window.NONE);
        assertThat(read("qwen2", config -> {
                            config.remove("layer_types");
                            config.put("use_sliding_window", true)
                                    .put("sliding_window", 8)
                                    .put("max_window_layers", 2);
                        })
                        .window())
                .isEqualTo(new Dimensions.Window(8, 2));
        assertThat(read("qwen3", config -> {
                            config.put("use_sliding_window", true).put("sliding_window", 8);
                            config.putArray("layer_types")
                                    .add("full_attention")
                                    .add("sliding_attention")
                                    .add("sliding_attention");
                        })
                        .window())
                .isEqualTo(new Dimensions.Window(8, 1));
        assertRefused(
                "qwen3",
                config -> {
                    config.put("use_sliding_window", true).put("sliding_window", 8);
                    config.putArray("layer_types")
                            .add("sliding_attention")
                            .add("full_attention")
                            .add("sliding_attention");
                },
                "layer_types");
    }

    @Test
    void biasesAreTheFamilys() throws IOException {
        assertThat(read("qwen2", config -> {}).projections().biased()).containsExactly(Group.ATTENTION_IN);
        assertThat(read("qwen3", config -> {}).projections().biased()).isEmpty();
        assertThat(read("qwen3", config -> config.put("attention_bias", true))
                        .projections()
                        .biased())
                .containsExactlyInAnyOrder(Group.ATTENTION_IN, Group.ATTENTION_OUT);
        assertThat(read("mistral", config -> config.put("attention_bias", true))
                        .projections()
                        .biased())
                .isEmpty();
        assertThat(read("gpt2", config -> {}).projections().biased()).hasSize(4);
    }

    @Test
    void whatGpt2DoesOtherwiseIsRefusedByName() throws IOException {
        assertRefused("gpt2", config -> config.put("activation_function", "relu"), "activation_function 'relu'");
        assertRefused("gpt2", config -> config.put("scale_attn_by_inverse_layer_idx", true), "scale_attn_by_inverse");
        assertRefused("gpt2", config -> config.put("scale_attn_weights", false), "scale_attn_weights");
        assertRefused("gpt2", config -> config.put("add_cross_attention", true), "add_cross_attention");
        assertThat(read("gpt2", config -> config.put("n_inner", 100)).intermediateSize())
                .isEqualTo(100);
        assertThatThrownBy(() -> read("gpt2", config -> config.put("n_head", 5)))
                .hasMessageContaining("no multiple of n_head");
    }

    @Test
    void linearModulesAreNamedAsPeftNamesThem() throws IOException {
        assertThat(LinearModule.of(read("gpt2", config -> {})))
                .filteredOn(module -> module.layer() != 1)
                .filteredOn(module -> module.layer() != 2)
                .containsExactly(
                        new LinearModule("transformer.h.0.attn.c_attn", 0, Group.ATTENTION_IN, 0, 64, 192),
                        new LinearModule("transformer.h.0.attn.c_proj", 0, Group.ATTENTION_OUT, 0, 64, 64),
                        new LinearModule("transformer.h.0.mlp.c_fc", 0, Group.FEED_FORWARD_IN, 0, 64, 256),
                        new LinearModule("transformer.h.0.mlp.c_proj", 0, Group.FEED_FORWARD_OUT, 0, 256, 64),
                        new LinearModule("lm_head", -1, Group.HEAD, 0, 64, 384));
        assertThat(LinearModule.of(read("qwen3", config -> {})))
                .contains(
                        new LinearModule("model.layers.1.self_attn.k_proj", 1, Group.ATTENTION_IN, 1, 64, 48),
                        new LinearModule("model.layers.1.self_attn.o_proj", 1, Group.ATTENTION_OUT, 0, 96, 64),
                        new LinearModule("model.layers.1.mlp.up_proj", 1, Group.FEED_FORWARD_IN, 1, 64, 160));
    }

    /** As the hub's own gpt2 stores them. */
    @Test
    void namesWithoutTheModelsRootAreTheSameTensors() throws IOException {
        Path whole = ModelFilesTest.MODELS.resolve("gpt2");
        for (String name : List.of("config.json", "tokenizer.json")) {
            Files.copy(whole.resolve(name), folder.resolve(name));
        }
        try (var store = Safetensors.openFolder(whole)) {
            List<StoredTensor> bare = store.tensors().stream()
                    .map(info -> new StoredTensor(
                            new TensorInfo(info.name().replace("transformer.", ""), info.dtype(), info.shape()),
                            store.bytes(info.name())))
                    .toList();
            SafetensorsWriter.write(folder.resolve("model.safetensors"), bare, Map.of());
        }

        try (var expected = ModelFiles.open(whole);
                var actual = ModelFiles.open(folder)) {
            String name = "transformer.h.1.attn.c_attn.weight";
            assertThat(actual.weights().info(name).shape()).containsExactly(192L, 64L);
            assertThat(actual.weights().floats(name))
                    .containsExactly(expected.weights().floats(name));
            assertThat(actual.weights().has("transformer.wte.weight")).isTrue();
        }
    }

    @Test
    void aTransposedMatrixIsTheOneStored() throws IOException {
        try (var files = ModelFiles.open(ModelFilesTest.MODELS.resolve("gpt2"));
                var store = Safetensors.openFolder(ModelFilesTest.MODELS.resolve("gpt2"))) {
            String name = "transformer.h.2.mlp.c_fc.weight";
            float[] ours = files.weights().floats(name);
            float[] stored = store.floats(name);

            for (int out = 0; out < 256; out++) {
                for (int in = 0; in < 64; in++) {
                    assertThat(ours[out * 64 + in]).isEqualTo(stored[in * 256 + out]);
                }
            }
        }
    }

    @Test
    void robertasPositionsBeginBehindPadding() throws IOException {
        assertThat(read("roberta", config -> {}).positions()).isEqualTo(new Positions.Learned(256, 1, 1));
        ModelConfig usual = read(
                "roberta",
                config -> config.put("pad_token_id", 1)
                        .put("max_position_embeddings", 514)
                        .remove("type_vocab_size"));
        assertThat(usual.positions()).isEqualTo(new Positions.Learned(514, 2, 2));
        assertThat(usual.contextLength()).isEqualTo(512);
    }

    @Test
    void onlyAModelSavedForClassificationHasLabels() throws IOException {
        assertThat(read("roberta", config -> {}).labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
        assertThat(read("roberta", config -> config.putArray("architectures").add("RobertaForMaskedLM"))
                        .labels())
                .isEmpty();
        assertThat(read(
                                "roberta",
                                config -> config.putObject("id2label")
                                        .put("1", "positive")
                                        .put("0", "negative")
                                        .put("2", 5))
                        .labels())
                .containsExactly("negative", "positive", "5");
        assertThatThrownBy(() -> read(
                        "roberta",
                        config -> config.putObject("id2label").put("0", "a").put("2", "c")))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("id2label names no label 1");
        assertRefused("roberta", config -> config.put("hidden_act", "relu"), "hidden_act 'relu'");
        assertRefused(
                "roberta", config -> config.put("position_embedding_type", "relative_key"), "position_embedding_type");
        assertRefused("roberta", config -> config.put("is_decoder", true), "is_decoder");
    }
}
