package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.method.bitfit.BitFitConfig;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.method.ia3.Ia3Config;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IA3, BitFit and full fine-tuning. */
class BaselineTrainingTest {
    private static final Path REFERENCE = TinyModel.CONFORMANCE.resolve("adapters/llama-ia3");
    private static final Ia3Config IA3 = new Ia3Config(
            ModuleSelection.of(new TargetModules.Names(List.of("k_proj", "v_proj", "down_proj"))),
            new TargetModules.Names(List.of("down_proj")),
            AdapterConfig.Origin.UNKNOWN);
    private static final FullConfig FULL = new FullConfig(AdapterConfig.Origin.UNKNOWN);

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    static Stream<TrainableConfig> configs() {
        return Stream.of(IA3, BitFitConfig.allLinear(), FULL);
    }

    @Test
    void vectorsLearn() {
        MethodChecks.learns(BASE, IA3, 0.2);
    }

    @Test
    void biasesLearn() {
        MethodChecks.learns(BASE, BitFitConfig.allLinear(), 2e-2);
    }

    @Test
    void wholeBlocksLearn() {
        MethodChecks.learns(BASE, FULL, 2e-3);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void trainedIsTheSameToServing(TrainableConfig config) throws IOException {
        MethodChecks.serves(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void resumedRunIsTheUnbrokenOneBitForBit(TrainableConfig config) throws IOException {
        MethodChecks.resumes(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void recomputedLayersGiveTheSameGradient(TrainableConfig config) {
        MethodChecks.recomputes(BASE, config);
    }

    @Test
    void vectorsGiveTheReferencesLogits() throws IOException {
        MethodChecks.agreesWithReference(BASE, StoredAdapter.read(REFERENCE, BASE.config()), REFERENCE, 0);
    }

    /** Models with biases, with norms of heads, with matrices that files store the other way round. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "gpt2"})
    void familiesWithBiasesTrainServeAndMergeTheSame(String family) throws IOException {
        Path model = TinyModel.CONFORMANCE.resolve("models").resolve(family);
        List<String> targets = family.equals("gpt2") ? List.of("c_attn", "mlp.c_proj") : List.of("k_proj", "down_proj");
        Ia3Config ia3 = new Ia3Config(
                ModuleSelection.of(new TargetModules.Names(targets)),
                new TargetModules.Names(targets.subList(1, 2)),
                AdapterConfig.Origin.UNKNOWN);
        int[] text = TinyModel.examples(1, 8).getFirst().tokens();
        try (BaseModel own = BaseModel.load(model, LoadOptions.reference(family))) {
            for (TrainableConfig config : List.of(ia3, FULL)) {
                MethodChecks.serves(own, config, folder.resolve(config.kind()));
                StoredAdapter adapter = MethodChecks.trained(own, config, 1e-2, 3);
                try (BaseModel merged =
                        BaseModel.loadMerged(ModelFiles.open(model), adapter, LoadOptions.reference("merged"))) {
                    StoredAdapter nothing = MethodChecks.fresh(merged, ia3);
                    assertThat(MethodChecks.logits(merged, nothing, text))
                            .containsExactly(MethodChecks.logits(own, adapter, text), within(1e-4f));
                }
            }
        }
    }

    @Test
    void feedForwardModulesMustBeTargets() throws IOException {
        Path file = folder.resolve("adapter_config.json");
        Files.writeString(
                file,
                "{\"peft_type\": \"IA3\", \"target_modules\": [\"k_proj\"], \"feedforward_modules\": [\"down_proj\"]}");

        assertThatThrownBy(() -> AdapterConfig.read(file))
                .isInstanceOf(InvalidAdapterException.class)
                .hasMessageContaining("feedforward_modules [down_proj]");
    }
}
