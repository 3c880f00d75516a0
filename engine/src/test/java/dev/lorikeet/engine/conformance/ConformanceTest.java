package dev.lorikeet.engine.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.decode.ReferenceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceTest {
    @Test
    void everySupportedCasePassesAndTheRestIsUnsupportedByName() throws IOException {
        List<CaseResult> heard = new ArrayList<>();

        Report report = Conformance.run(ReferenceCase.folder(""), heard::add);

        assertThat(report.results()).isEqualTo(heard);
        assertThat(report.failed()).as(report.json()).isZero();
        assertThat(names(report, CaseResult.Passed.class))
                .contains(
                        "models/llama",
                        "models/llama3",
                        "models/qwen2",
                        "models/qwen3",
                        "models/mistral",
                        "models/gpt2",
                        "models/roberta",
                        "adapters/qwen3-lora_all_linear",
                        "adapters/gpt2-gpt2_lora",
                        "adapters/roberta-seqcls_lora",
                        "adapters/llama-modules_to_save",
                        "adapters/llama-lora_attention",
                        "adapters/llama-lora_all_linear",
                        "adapters/llama-rslora",
                        "adapters/llama-prompt_tuning",
                        "adapters/llama-p_tuning",
                        "adapters/llama-prefix_tuning",
                        "adapters/llama-rank_pattern",
                        "adapters/llama-layers_to_transform",
                        "mixed-batch",
                        "adapters/llama-adalora",
                        "adapters/llama-ia3",
                        "training/adalora",
                        "training/lora",
                        "training/rslora",
                        "training/dora",
                        "training/lora_plus",
                        "training/embedding",
                        "adapters/llama-dora",
                        "adapters/llama-embedding",
                        "adapters/llama-lm_head",
                        "adapters/llama-lora_bias",
                        "adapters/llama-modules_to_save_many",
                        "adapters/llama-trainable_token_indices",
                        "adapters/llama3-trainable_token_indices",
                        "adapters/llama-trainable_tokens",
                        "adapters/gpt2-bias_all",
                        "adapters/qwen2-bias_lora_only");
    }

    /** Odd sizes, encoders' norms and biases, and every method's training: from bench/variants.py. */
    @Test
    void casesThatAreSeldomMetPassToo() throws IOException {
        Report report = Conformance.run(Path.of("src/test/resources/seldom"), result -> {});

        assertThat(names(report, CaseResult.Passed.class)).hasSize(29);
        assertThat(report.results()).hasSize(29);
    }

    @Test
    void aDamagedFactorFailsTheCase(@TempDir Path folder) throws IOException {
        copy(ReferenceCase.folder("models/llama"), folder.resolve("models/llama"));
        Path adapter = folder.resolve("adapters/llama-rslora");
        copy(ReferenceCase.folder("adapters/llama-rslora"), adapter);
        Path weights = adapter.resolve("adapter_model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        // The last float's exponent: still finite, but another number.
        bytes[bytes.length - 1] ^= 0x02;
        Files.write(weights, bytes);

        Report report = Conformance.run(folder, result -> {});

        assertThat(names(report, CaseResult.Failed.class)).containsExactly("adapters/llama-rslora");
        assertThat(names(report, CaseResult.Passed.class)).containsExactly("models/llama");
    }

    @Test
    void aFolderWithoutCasesIsAnError(@TempDir Path folder) {
        assertThatThrownBy(() -> Conformance.run(folder, result -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no case");
    }

    private static List<String> names(Report report, Class<?> kind) {
        return report.results().stream()
                .filter(result -> kind.isInstance(result.outcome()))
                .map(CaseResult::name)
                .toList();
    }

    private static void copy(Path source, Path target) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName().toString()));
            }
        }
    }
}
