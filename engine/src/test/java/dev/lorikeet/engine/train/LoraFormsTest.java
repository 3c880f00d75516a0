package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraForm;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.method.lora.LoraStart;
import dev.lorikeet.engine.model.BaseModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** LoRA with magnitudes, with biases, on the embedding and on the head, and from other factors than zero. */
class LoraFormsTest {
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100};

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    @SuppressWarnings("ImmutableEnumChecker") // a configuration is a record of copies
    enum Form {
        DORA(LoraConfig.allLinear(4, 8).withDora(true)),
        DORA_WITH_DROPOUT(LoraConfig.allLinear(4, 8).withDora(true).withDropout(0.1)),
        DORA_ON_THE_HEAD(LoraConfig.lora(4, 8, List.of("k_proj", "lm_head")).withDora(true)),
        BIAS(LoraConfig.lora(4, 8, List.of("q_proj", "down_proj", "lm_head"))
                .withForm(new LoraForm(false, true, SavedModules.NONE))),
        EMBEDDING(LoraConfig.lora(4, 8, List.of("embed_tokens", "v_proj"))),
        EMBEDDING_ALONE(LoraConfig.lora(4, 8, List.of("embed_tokens"))),
        HEAD(LoraConfig.lora(4, 8, List.of("lm_head", "o_proj"))),
        PISSA(LoraConfig.allLinear(4, 8).withStart(LoraStart.PISSA), 3e-3),
        PISSA_RANK_STABILISED_WITH_DROPOUT(
                LoraConfig.allLinear(4, 8)
                        .withRankStabilised(true)
                        .withDropout(0.1)
                        .withStart(LoraStart.PISSA),
                3e-3),
        PISSA_ON_THE_HEAD(LoraConfig.lora(3, 5, List.of("lm_head", "k_proj")).withStart(LoraStart.PISSA), 3e-3),
        OLORA(LoraConfig.allLinear(4, 4).withStart(LoraStart.OLORA), 3e-3),
        PISSA_WITH_BIAS(
                LoraConfig.lora(4, 8, List.of("q_proj", "down_proj"))
                        .withForm(new LoraForm(false, true, SavedModules.NONE).withStart(LoraStart.PISSA)),
                3e-3),
        OLORA_WITH_BIAS(
                LoraConfig.lora(4, 8, List.of("o_proj", "gate_proj"))
                        .withForm(new LoraForm(false, true, SavedModules.NONE).withStart(LoraStart.OLORA)),
                3e-3),
        OLORA_PATTERNED(
                new LoraConfig(
                                new LoraScaling(3, 3, false, Map.of("k_proj", 2), Map.of("q_proj", 1.0)),
                                ModuleSelection.of(new TargetModules.Names(List.of("q_proj", "k_proj", "down_proj"))),
                                0,
                                AdapterConfig.Origin.UNKNOWN)
                        .withStart(LoraStart.OLORA),
                3e-3);

        private final LoraConfig config;
        private final double rate;

        Form(LoraConfig config) {
            this(config, 1e-2);
        }

        Form(LoraConfig config, double rate) {
            this.config = config;
            this.rate = rate;
        }

        LoraConfig config() {
            return config;
        }
    }

    @ParameterizedTest
    @EnumSource
    void lossFallsAndOnlyTheAdapterMoves(Form form) {
        MethodChecks.learns(BASE, form.config, form.rate);
    }

    @ParameterizedTest
    @EnumSource
    void resumedRunIsTheUnbrokenOneBitForBit(Form form) throws IOException {
        MethodChecks.resumes(BASE, form.config, folder);
    }

    @ParameterizedTest
    @EnumSource
    void recomputedLayersGiveTheSameGradient(Form form) {
        MethodChecks.recomputes(BASE, form.config);
    }

    @ParameterizedTest
    @EnumSource
    void trainedAdapterIsTheSameToServing(Form form) throws IOException {
        MethodChecks.serves(BASE, form.config, folder);
    }

    @ParameterizedTest
    @EnumSource
    void freshAdapterIsTheBase(Form form) {
        StoredAdapter plain = MethodChecks.fresh(BASE, LoraConfig.lora(1, 1, List.of("q_proj")));

        assertThat(MethodChecks.logits(BASE, MethodChecks.fresh(BASE, form.config), TEXT))
                .containsExactly(MethodChecks.logits(BASE, plain, TEXT), within(1e-5f));
    }

    @Test
    void ratesOfFactorsSurviveACheckpoint() throws IOException {
        TrainingOptions options = MethodChecks.options(1e-3, 2)
                .withOptimizer(AdamWSettings.DEFAULT.withFactorRates(new FactorRates(16, 0.5)));
        try (TrainingRun run = TrainingRun.start(BASE, Form.EMBEDDING.config, options, TinyModel.examples(8, 1))) {
            run.step();
            run.writeCheckpoint(folder);
        }

        assertThat(Checkpoint.read(folder).position().options()).isEqualTo(options);
    }

    @Test
    void magnitudesAndBiasesOfBExcludeEachOther() {
        assertThatThrownBy(() -> new LoraForm(true, true, SavedModules.NONE)).hasMessageContaining("lora_bias");
    }
}
