package dev.lorikeet.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.decode.ReferenceCase;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdapterConfigTest {
    private ModelConfig model;

    @TempDir
    Path folder;

    @BeforeAll
    void read() throws IOException {
        try (ModelFiles files = ModelFiles.open(ReferenceCase.folder("models/llama"))) {
            model = files.config();
        }
    }

    private LoraConfig parse(String fields) throws IOException {
        Path file = folder.resolve("adapter_config.json");
        Files.writeString(file, "{\"peft_type\": \"LORA\", \"task_type\": \"CAUSAL_LM\"" + fields + "}");
        return (LoraConfig) AdapterConfig.read(file);
    }

    private List<String> paths(String fields) throws IOException {
        return parse(fields).resolve(model).stream()
                .map(module -> module.module().path())
                .toList();
    }

    @Test
    void namesMatchWholePathsAndTheirEnds() throws IOException {
        assertThat(paths(", \"target_modules\": [\"self_attn.q_proj\", \"model.layers.1.mlp.up_proj\"]"))
                .containsExactly(
                        "model.layers.0.self_attn.q_proj",
                        "model.layers.1.self_attn.q_proj",
                        "model.layers.1.mlp.up_proj",
                        "model.layers.2.self_attn.q_proj");
    }

    @Test
    void anExpressionMustMatchTheWholePath() throws IOException {
        assertThat(paths(", \"target_modules\": \".*layers\\\\.[02]\\\\..*(q|v)_proj\""))
                .hasSize(4);
        assertThatThrownBy(() -> paths(", \"target_modules\": \"q_proj\"")).hasMessageContaining("match no module");
    }

    @Test
    void allLinearIsEverythingButTheHead() throws IOException {
        assertThat(paths(", \"target_modules\": \"all-linear\"")).hasSize(21).doesNotContain("lm_head");
    }

    @Test
    void excludedModulesAreLeftOut() throws IOException {
        assertThat(paths(", \"target_modules\": \"all-linear\", \"exclude_modules\": [\"down_proj\"]"))
                .hasSize(18);
    }

    @Test
    void layersAndTheirPatternNarrow() throws IOException {
        assertThat(paths(", \"target_modules\": [\"q_proj\"], \"layers_to_transform\": [0, 2]"))
                .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.2.self_attn.q_proj");
        assertThat(
                        paths(
                                ", \"target_modules\": [\"q_proj\"], \"layers_to_transform\": 1, \"layers_pattern\": \"layers\""))
                .containsExactly("model.layers.1.self_attn.q_proj");
    }

    @Test
    void theFirstPatternInFileOrderHolds() throws IOException {
        LoraConfig config = parse(", \"r\": 4, \"lora_alpha\": 8, \"target_modules\": [\"q_proj\", \"v_proj\"],"
                + "\"rank_pattern\": {\"layers.1.self_attn.q_proj\": 2, \"q_proj\": 16},"
                + "\"alpha_pattern\": {\"^model.layers.0.self_attn.v_proj\": 32}");

        assertThat(config.scaling().rankOf("model.layers.1.self_attn.q_proj")).isEqualTo(2);
        assertThat(config.scaling().rankOf("model.layers.0.self_attn.q_proj")).isEqualTo(16);
        assertThat(config.scaling().scalingOf("model.layers.2.self_attn.v_proj"))
                .isEqualTo(2);
        assertThat(config.scaling().scalingOf("model.layers.0.self_attn.q_proj"))
                .isEqualTo(0.5);
        assertThat(config.withRankStabilised(true).scaling().scalingOf("model.layers.0.self_attn.q_proj"))
                .isCloseTo(2, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"bias\": \"some\"|bias",
                "\"trainable_token_indices\": {\"lm_head\": [1]}|trainable_token_indices",
                "\"init_lora_weights\": \"pissa\"|init_lora_weights",
                "\"something_new\": 3|something_new",
                "\"peft_type\": \"LOHA\"|LOHA",
                "\"task_type\": \"TOKEN_CLS\"|TOKEN_CLS"
            })
    void whatIsSetAndNotComputedIsRefusedByName(String field, String name) {
        assertThatThrownBy(() -> parse(", \"target_modules\": [\"q_proj\"], " + field))
                .isInstanceOf(UnsupportedAdapterException.class)
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"r\": 0",
                "\"r\": \"eight\"",
                "\"lora_alpha\": null, \"rank_pattern\": {\"(\": 3}",
                "\"lora_dropout\": 1",
                "\"rank_pattern\": {\"q_proj\": 0.5}"
            })
    void nonsenseIsRefused(String field) {
        assertThatThrownBy(() -> parse(", \"target_modules\": [\"q_proj\"], " + field))
                .isInstanceOf(InvalidAdapterException.class);
    }

    @Test
    void aHostileExpressionGivesUp() throws IOException {
        LoraConfig config = parse(", \"target_modules\": \"((.*)*)*x\"");

        assertThatThrownBy(() -> config.resolve(model)).hasMessageContaining("too long");
    }

    @Test
    void anEmbeddingIsNoTargetOfDora() throws IOException {
        LoraConfig config = parse(", \"target_modules\": [\"embed_tokens\"], \"use_dora\": true");

        assertThatThrownBy(() -> config.tensors(model))
                .isInstanceOf(UnsupportedTargetException.class)
                .hasMessageContaining("use_dora");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rank_pattern",
                "layers_to_transform",
                "rslora",
                "lora_attention",
                "lm_head",
                "dora",
                "embedding",
                "lora_bias"
            })
    void writingAndReadingKeepsAnAdapter(String kind) throws IOException {
        StoredAdapter read = StoredAdapter.read(ReferenceCase.folder("adapters/llama-" + kind), model);

        read.write(folder.resolve("copy"));
        StoredAdapter again = StoredAdapter.read(folder.resolve("copy"), model);

        assertThat(again.config()).isEqualTo(read.config());
        assertThat(again.tensors()).isEqualTo(read.tensors());
    }

    private Path changed(java.util.function.Consumer<List<StoredTensor>> change) throws IOException {
        Path source = ReferenceCase.folder("adapters/llama-rslora");
        Path target = folder.resolve("changed");
        Files.createDirectories(target);
        Files.copy(
                source.resolve("adapter_config.json"),
                target.resolve("adapter_config.json"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (SafetensorsFile file = SafetensorsFile.open(source.resolve("adapter_model.safetensors"))) {
            List<StoredTensor> tensors = new ArrayList<>();
            file.tensors().forEach(info -> tensors.add(new StoredTensor(info, file.bytes(info.name()))));
            change.accept(tensors);
            SafetensorsWriter.write(target.resolve("adapter_model.safetensors"), tensors, Map.of());
        }
        return target;
    }

    @Test
    void aKeyOfNoModuleIsRefusedByName() throws IOException {
        Path target = changed(tensors -> tensors.add(
                StoredTensor.of("base_model.model.transformer.h.0.lora_A.weight", List.of(1L), new float[1])));

        assertThatThrownBy(() -> StoredAdapter.read(target, model))
                .isInstanceOf(InvalidAdapterException.class)
                .hasMessageContaining("transformer.h.0");
    }

    @Test
    void aMissingModuleIsRefusedByName() throws IOException {
        Path target = changed(List::removeLast);

        assertThatThrownBy(() -> StoredAdapter.read(target, model))
                .isInstanceOf(InvalidAdapterException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aValueThatIsNotFiniteIsRefused() throws IOException {
        Path target = changed(tensors -> {
            StoredTensor last = tensors.removeLast();
            float[] values = new float[Math.toIntExact(last.info().elements())];
            values[values.length - 1] = Float.NaN;
            tensors.add(StoredTensor.of(last.info().name(), last.info().shape(), values));
        });

        assertThatThrownBy(() -> StoredAdapter.read(target, model))
                .isInstanceOf(InvalidAdapterException.class)
                .hasMessageContaining("NaN");
    }
}
