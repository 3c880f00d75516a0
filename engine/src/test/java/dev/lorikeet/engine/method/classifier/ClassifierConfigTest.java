package dev.lorikeet.engine.method.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.method.bitfit.BitFitConfig;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.method.ia3.Ia3Config;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.train.TinyModel;
import dev.lorikeet.engine.train.TrainableConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierConfigTest {
    private static final List<String> LABELS = List.of("negative", "positive");
    private static final Path ROBERTA = TinyModel.FOLDER.resolveSibling("roberta");

    @TempDir
    Path folder;

    @Test
    void aFileKeepsTheMethodAndTheLabels() throws IOException {
        ModelConfig model = roberta();
        List<TrainableConfig> methods = List.of(
                LoraConfig.lora(4, 8, List.of("query", "value")).withDora(true),
                LoraConfig.allLinear(2, 4),
                BitFitConfig.allLinear(),
                Ia3Config.standard(model, null),
                BottleneckConfig.houlsby(4),
                new FullConfig(AdapterConfig.Origin.UNKNOWN));
        for (TrainableConfig method : methods) {
            ClassifierConfig config = new ClassifierConfig(method, LABELS);
            Path file = folder.resolve(method.kind() + ".json");
            config.write(file);

            AdapterConfig read = AdapterConfig.read(file);

            assertThat(read).isEqualTo(config);
            assertThat(read.labels()).isEqualTo(LABELS);
            assertThat(read.kind()).isEqualTo(method.kind());
        }
    }

    @Test
    void theHeadIsSavedWholeAndLeftAloneByTheMethod() throws IOException {
        ModelConfig model = roberta();
        ClassifierConfig config = new ClassifierConfig(LoraConfig.allLinear(2, 4), LABELS);

        List<String> names =
                config.tensors(model).stream().map(TensorSpec::name).toList();

        assertThat(names)
                .contains("base_model.model.classifier.dense.weight", "base_model.model.classifier.out_proj.bias")
                .noneMatch(name -> name.contains("classifier") && name.contains("lora"));
        assertThat(config.json().path("task_type").asText()).isEqualTo("SEQ_CLS");
        assertThat(config.json().path("modules_to_save").path(0).asText()).isEqualTo("classifier");
    }

    @Test
    void aHeadForOtherLabelsHasItsOwnShape() throws IOException {
        ModelConfig model = roberta();
        List<String> many = List.of("a", "b", "c", "d", "e");
        TensorSpec out = new ClassifierConfig(BitFitConfig.allLinear(), many)
                .tensors(model).stream()
                        .filter(spec -> spec.name().endsWith("out_proj.weight"))
                        .findFirst()
                        .orElseThrow();

        assertThat(out.shape()).containsExactly(5L, (long) model.hiddenSize());
    }

    @Test
    void labelsAreSeveralAndDistinct() {
        BitFitConfig inner = BitFitConfig.allLinear();
        assertThatThrownBy(() -> new ClassifierConfig(inner, List.of("one")))
                .hasMessageContaining("2 to 1000 labels, not 1");
        assertThatThrownBy(() -> new ClassifierConfig(inner, List.of("a", "b", "a")))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> new ClassifierConfig(inner, List.of("a", " "))).hasMessageContaining("not be blank");
        assertThatThrownBy(() -> new ClassifierConfig(inner, Collections.nCopies(1001, "a")))
                .hasMessageContaining("not 1001");
    }

    @Test
    void aDecoderHasNoClassifier() throws IOException {
        try (ModelFiles llama = ModelFiles.open(TinyModel.FOLDER)) {
            ClassifierConfig config = new ClassifierConfig(LoraConfig.allLinear(2, 4), LABELS);
            assertThatThrownBy(() -> config.method(llama.config()))
                    .isInstanceOf(UnsupportedTargetException.class)
                    .hasMessageContaining("over encoders alone, not over a llama");
        }
    }

    @Test
    void whatPutsTokensBeforeATextIsRefusedByName() throws IOException {
        ClassifierConfig config = new ClassifierConfig(PromptConfig.tuning(4, new PromptStart.Random()), LABELS);
        ModelConfig model = roberta();
        assertThatThrownBy(() -> config.method(model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prompt_tuning puts something before the text");
    }

    /** As PEFT writes it, which knows no labels. */
    @Test
    void aFileWithoutLabelsHasAsManyClassesAsItsHead() throws IOException {
        ModelConfig model = roberta();
        ObjectNode json = new ClassifierConfig(Ia3Config.standard(model, null), LABELS).json();
        json.remove("labels");
        json.putArray("modules_to_save").add("classifier").add("classifier").add("score");
        AdapterConfig read = AdapterConfig.read(json);

        assertThat(read.labels()).isEmpty();
        Map<String, List<Long>> stored = Map.of(
                "base_model.model.classifier.dense.weight", List.of(64L, 64L),
                "base_model.model.classifier.out_proj.weight", List.of(7L, 64L));
        assertThat(read.tensors(model, stored))
                .contains(TensorSpec.of("base_model.model.classifier.out_proj.weight", 7, 64));
        assertThatThrownBy(() -> ((TrainableConfig) read).method(model)).hasMessageContaining("none are given");
    }

    @Test
    void labelsAreOfOneTask() throws IOException {
        ObjectNode json = new ClassifierConfig(LoraConfig.allLinear(2, 4), LABELS).json();
        json.put("task_type", "CAUSAL_LM");
        Path file = folder.resolve("adapter_config.json");
        new ObjectMapper().writeValue(file.toFile(), json);
        assertThatThrownBy(() -> AdapterConfig.read(file))
                .isInstanceOf(UnsupportedAdapterException.class)
                .hasMessageContaining("SEQ_CLS, not CAUSAL_LM");
    }

    private static ModelConfig roberta() throws IOException {
        try (ModelFiles files = ModelFiles.open(ROBERTA)) {
            return files.config();
        }
    }
}
