package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraForm;
import dev.lorikeet.engine.method.lora.LoraStart;
import dev.lorikeet.engine.method.lora.OwnBiases;
import dev.lorikeet.engine.method.token.TokenRows;
import dev.lorikeet.engine.method.token.TokensConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Adapters that bring tensors in the place of the base's: biases, whole modules, rows of the embedding. */
class OwnTensorsTest {
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100, 5};

    private static final Map<String, BaseModel> BASES = new HashMap<>();

    @TempDir
    private Path folder;

    @SuppressWarnings("ImmutableEnumChecker") // a configuration is a record of copies
    enum Kind {
        HEAD("llama", saved("q_proj", "lm_head")),
        UNTIED_HEAD("llama3", saved("q_proj", "lm_head")),
        EMBEDDING("llama", saved("q_proj", "embed_tokens")),
        NORMS("llama", saved("q_proj", "input_layernorm", "norm")),
        LINEAR_LAYER("llama", saved("q_proj", "up_proj")),
        CONV1D_WITH_BIASES("gpt2", saved("c_attn", "c_fc", "wte", "ln_f")),
        HEAD_WITH_PISSA("llama", saved("q_proj", "lm_head").withStart(LoraStart.PISSA)),
        HEAD_WITH_DORA("llama", saved("q_proj", "lm_head").withDora(true)),
        BIASES_OF_ADAPTED("qwen2", biases("q_proj", OwnBiases.LORA_ONLY)),
        ALL_BIASES("qwen2", biases("o_proj", OwnBiases.ALL)),
        ALL_BIASES_WITH_DORA("qwen2", biases("k_proj", OwnBiases.ALL).withDora(true)),
        ALL_BIASES_WITH_NORMS("gpt2", biases("c_attn", OwnBiases.ALL)),
        BOTH_SORTS_OF_BIASES(
                "gpt2",
                LoraConfig.lora(3, 6, List.of("c_attn"))
                        .withForm(new LoraForm(false, true, SavedModules.NONE).withBiases(OwnBiases.LORA_ONLY))),
        ROWS("llama", rows("q_proj")),
        UNTIED_ROWS("llama3", rows("q_proj")),
        ROWS_OF_GPT2("gpt2", rows("c_attn")),
        ROWS_ALONE("llama", TokensConfig.of(List.of(5, 300, 9))),
        UNTIED_ROWS_ALONE("llama3", TokensConfig.of(List.of(5, 300, 9)));

        private final String model;
        private final TrainableConfig config;

        Kind(String model, TrainableConfig config) {
            this.model = model;
            this.config = config;
        }

        private BaseModel base() {
            return OwnTensorsTest.base(model);
        }
    }

    private static LoraConfig saved(String target, String... modules) {
        return LoraConfig.lora(3, 6, List.of(target))
                .withForm(LoraForm.PLAIN.withSaved(new SavedModules(List.of(modules))));
    }

    private static LoraConfig biases(String target, OwnBiases biases) {
        return LoraConfig.lora(3, 6, List.of(target)).withForm(LoraForm.PLAIN.withBiases(biases));
    }

    /** Tokens of the examples. */
    private static LoraConfig rows(String target) {
        int[] tokens = TinyModel.examples(7, 2).getFirst().tokens();
        return LoraConfig.lora(3, 6, List.of(target))
                .withForm(LoraForm.PLAIN.withRows(new TokenRows(List.of(tokens[1], tokens[0]))));
    }

    private static BaseModel base(String model) {
        return BASES.computeIfAbsent(model, name -> TinyModel.load(name, Precision.FLOAT32));
    }

    @AfterAll
    static void close() {
        BASES.values().forEach(BaseModel::close);
        BASES.clear();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNTIED_ROWS_ALONE")
    void lossFallsAndTheBaseStays(Kind kind) {
        MethodChecks.learns(kind.base(), kind == Kind.ROWS_ALONE ? seen() : kind.config, 1e-2);
    }

    /** The rows of three tokens alone are little: here they are tokens of the examples. */
    private static TokensConfig seen() {
        int[] tokens = TinyModel.examples(7, 2).getFirst().tokens();
        return TokensConfig.of(
                java.util.Arrays.stream(tokens).distinct().boxed().toList());
    }

    @ParameterizedTest
    @EnumSource
    void resumedRunIsTheUnbrokenOneBitForBit(Kind kind) throws IOException {
        MethodChecks.resumes(kind.base(), kind.config, folder);
    }

    @ParameterizedTest
    @EnumSource
    void recomputedLayersGiveTheSameGradient(Kind kind) {
        MethodChecks.recomputes(kind.base(), kind.config);
    }

    @ParameterizedTest
    @EnumSource
    void trainedAdapterIsTheSameToServing(Kind kind) throws IOException {
        MethodChecks.serves(kind.base(), kind.config, folder);
    }

    @ParameterizedTest
    @EnumSource
    void freshAdapterIsTheBase(Kind kind) {
        String target = kind.model.equals("gpt2") ? "c_attn" : "q_proj";
        StoredAdapter plain = MethodChecks.fresh(kind.base(), LoraConfig.lora(1, 1, List.of(target)));

        assertThat(MethodChecks.logits(kind.base(), MethodChecks.fresh(kind.base(), kind.config), TEXT))
                .containsExactly(MethodChecks.logits(kind.base(), plain, TEXT), within(1e-5f));
    }

    @ParameterizedTest
    @EnumSource
    void mergedModelIsTheAdaptedOne(Kind kind) throws IOException {
        StoredAdapter trained = MethodChecks.trained(kind.base(), kind.config, 1e-2, 4);
        MethodChecks.roundTrip(trained, kind.base(), folder);
        String target = kind.model.equals("gpt2") ? "c_attn" : "q_proj";

        try (BaseModel merged = BaseModel.loadMerged(
                ModelFiles.open(TinyModel.CONFORMANCE.resolve("models").resolve(kind.model)),
                trained,
                LoadOptions.reference("merged"))) {
            StoredAdapter plain = MethodChecks.fresh(merged, LoraConfig.lora(1, 1, List.of(target)));
            assertThat(MethodChecks.logits(merged, plain, TEXT))
                    .containsExactly(MethodChecks.logits(kind.base(), trained, TEXT), within(1e-4f));
        }
    }

    /** PEFT's files hold such a bias once under the name that both would have. */
    @Test
    void biasOfASavedModuleIsTrainedOnce() {
        LoraConfig config = saved("c_attn", "c_fc")
                .withForm(LoraForm.PLAIN
                        .withSaved(new SavedModules(List.of("c_fc")))
                        .withBiases(OwnBiases.ALL));

        MethodChecks.learns(base("gpt2"), config, 1e-2);
    }

    @Test
    void whatIsMeantTwiceOrServedByNobodyIsRefused() {
        BaseModel llama = base("llama");
        assertThatThrownBy(() -> MethodChecks.fresh(llama, saved("q_proj", "q_proj")))
                .hasMessageContaining("modules_to_save");
        assertThatThrownBy(() -> MethodChecks.fresh(base("gpt2"), saved("c_attn", "wpe")))
                .hasMessageContaining("wpe");
        assertThatThrownBy(() -> MethodChecks.fresh(base("qwen3"), saved("o_proj", "q_norm")))
                .hasMessageContaining("q_norm");
        assertThatThrownBy(() -> MethodChecks.fresh(llama, rows("lm_head"))).hasMessageContaining("tied");
        assertThatThrownBy(() -> MethodChecks.fresh(llama, rows("embed_tokens")))
                .hasMessageContaining("embed_tokens");
        assertThatThrownBy(() -> MethodChecks.fresh(llama, TokensConfig.of(List.of(384))))
                .hasMessageContaining("384");
        assertThatThrownBy(() -> TokensConfig.of(List.of(4, 4))).hasMessageContaining("twice");
        assertThatThrownBy(() -> TokensConfig.of(List.of())).hasMessageContaining("token");
    }
}
