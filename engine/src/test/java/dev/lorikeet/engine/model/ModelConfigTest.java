package dev.lorikeet.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConfigTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final float[] LLAMA3 = {
        1f, 0.079403f, 0.0047008f, 9.1158e-4f, 1.7678e-4f, 3.4281e-5f, 6.6479e-6f, 1.2892e-6f
    };
    private static final float[] LINEAR = {
        0.25f, 0.079057f, 0.025f, 0.0079057f, 0.0025f, 7.9057e-4f, 2.5e-4f, 7.9057e-5f
    };

    @TempDir
    Path folder;

    private interface Change {
        void apply(ObjectNode config);
    }

    private ModelConfig read(Change change) throws IOException {
        var config = (ObjectNode) MAPPER.readTree(
                ModelFilesTest.MODELS.resolve("llama/config.json").toFile());
        change.apply(config);
        MAPPER.writeValue(folder.resolve("config.json").toFile(), config);
        return ModelConfigReader.readFolder(folder);
    }

    @Test
    void oldAndNewWritingsOfRotaryPositionsAreTheSame() throws Exception {
        var fresh = read(config -> config.putObject("rope_parameters")
                .put("rope_type", "llama3")
                .put("rope_theta", 5e5)
                .put("factor", 8.0)
                .put("low_freq_factor", 1.0)
                .put("high_freq_factor", 4.0)
                .put("original_max_position_embeddings", 64));
        var old = read(config -> {
            config.remove("rope_parameters");
            config.put("rope_theta", 5e5);
            config.putObject("rope_scaling")
                    .put("type", "llama3")
                    .put("factor", 8.0)
                    .put("low_freq_factor", 1.0)
                    .put("high_freq_factor", 4.0)
                    .put("original_max_position_embeddings", 64);
        });

        assertThat(old).isEqualTo(fresh);
        assertThat(fresh.rope().scaling()).isEqualTo(new RopeScaling.Llama3(8, 1, 4, 64));
        assertThat(read(config -> config.putNull("rope_parameters")).rope())
                .isEqualTo(new Rope(10_000, new RopeScaling.None()));
    }

    /** Expected values from transformers' ROPE_INIT_FUNCTIONS. */
    @Test
    void frequenciesAreThoseOfTransformers() {
        assertThat(new Rope(5e5, new RopeScaling.Llama3(8, 1, 4, 64)).inverseFrequencies(16))
                .containsExactly(LLAMA3, within(1e-6f));
        assertThat(new Rope(1e4, new RopeScaling.Linear(4)).inverseFrequencies(16))
                .containsExactly(LINEAR, within(1e-6f));
    }

    @Test
    void whatIsAbsentHasTransformersDefault() throws Exception {
        var config = read(node -> {
            node.remove("head_dim");
            node.remove("num_key_value_heads");
            node.remove("rms_norm_eps");
            node.remove("tie_word_embeddings");
            node.putNull("bos_token_id");
        });

        assertThat(config.headSize()).isEqualTo(16);
        assertThat(config.keyValueHeads()).isEqualTo(4);
        assertThat(config.normEpsilon()).isEqualTo(1e-6);
        assertThat(config.tiedHead()).isFalse();
        assertThat(config.beginOfText()).isEqualTo(-1);
    }

    @Test
    void endsOfTextAreGatheredFromBothFiles() throws Exception {
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [7, 9]}");

        assertThat(read(config -> {}).endOfText()).containsExactlyInAnyOrder(2, 7, 9);
        assertThat(read(config -> config.putArray("eos_token_id").add(3).add(4)).endOfText())
                .containsExactlyInAnyOrder(3, 4, 7, 9);
    }

    @Test
    void whatIsNotComputedIsRefusedByName() {
        assertUnsupported(config -> config.put("model_type", "mamba"), "the model_type 'mamba' is unknown");
        assertUnsupported(config -> config.remove("model_type"), "names no model_type");
        assertUnsupported(config -> config.put("hidden_act", "relu"), "hidden_act 'relu'");
        assertUnsupported(config -> config.putObject("rope_parameters").put("rope_type", "yarn"), "rope type 'yarn'");
        assertUnsupported(config -> config.putObject("quantization_config").put("bits", 4), "quantised");
        assertUnsupported(config -> config.put("partial_rotary_factor", 0.5), "partial_rotary_factor");
    }

    private void assertUnsupported(Change change, String reason) {
        assertThatThrownBy(() -> read(change))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void impossibleConfigurationsAreRefusedByField() throws Exception {
        assertMalformed(
                config -> config.remove("hidden_size"), "hidden_size must be a whole number, but it is missing");
        assertMalformed(config -> config.put("num_hidden_layers", "three"), "num_hidden_layers must be a whole number");
        assertMalformed(config -> config.put("num_attention_heads", 0), "num_attention_heads");
        assertMalformed(config -> config.put("num_key_value_heads", 3), "does not divide");
        assertMalformed(config -> config.put("head_dim", 15), "head_dim must be even");
        assertMalformed(config -> config.put("vocab_size", -1), "vocab_size");
        assertMalformed(config -> config.put("rms_norm_eps", 0.0), "rms_norm_eps");
        assertMalformed(config -> config.put("attention_bias", "yes"), "attention_bias must be true or false");
        assertMalformed(config -> config.put("eos_token_id", "x"), "eos_token_id");
        assertMalformed(
                config -> config.putObject("rope_parameters").put("rope_type", "linear"), "factor must be a number");
        Files.writeString(folder.resolve("config.json"), "{");
        assertThatThrownBy(() -> ModelConfigReader.readFolder(folder)).hasMessageContaining("not valid JSON");
        Files.delete(folder.resolve("config.json"));
        assertThatThrownBy(() -> ModelConfigReader.readFolder(folder)).hasMessageContaining("no config.json");
        assertThatThrownBy(() -> ModelFiles.open(Path.of("nowhere"))).hasMessageContaining("no such model");
    }

    private void assertMalformed(Change change, String reason) {
        assertThatThrownBy(() -> read(change))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void theDigestFollowsTheFilesAndIsRememberedWhileTheyStay() throws Exception {
        for (var name : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
            Files.copy(ModelFilesTest.MODELS.resolve("llama").resolve(name), folder.resolve(name));
        }
        var weights = folder.resolve("model.safetensors");
        String first;
        try (var files = ModelFiles.open(folder);
                var original = ModelFiles.open(ModelFilesTest.MODELS.resolve("llama"))) {
            first = files.digest();
            assertThat(original.digest()).isEqualTo(first);
            assertThat(files.chatTemplate().defined()).isFalse();
        }
        var sidecar = folder.resolve(".lorikeet-digest");
        var lines = Files.readAllLines(sidecar);
        lines.set(lines.size() - 1, "a".repeat(64));
        Files.write(sidecar, lines);
        try (var files = ModelFiles.open(folder)) {
            assertThat(files.digest()).as("remembered").isEqualTo("a".repeat(64));
        }

        var bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        Files.setLastModifiedTime(weights, FileTime.fromMillis(12345));

        try (var files = ModelFiles.open(folder)) {
            assertThat(files.digest()).isNotEqualTo(first).isNotEqualTo("a".repeat(64));
        }
    }
}
