package dev.lorikeet.scheduler.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.request.TrainingSpec.Batching;
import dev.lorikeet.scheduler.request.TrainingSpec.Length;
import dev.lorikeet.scheduler.request.TrainingSpec.Optimizer;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.TrainingSpec.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MethodRulesTest {
    private static List<String> problems(Method method) {
        return problems(method, Training.UNSET);
    }

    private static List<String> problems(Method method, Training training) {
        List<Violation> found = new ArrayList<>();
        method.check(new Check("method." + method.field() + ".", found), training);
        return found.stream()
                .map(violation -> violation.code() + " " + violation.field())
                .toList();
    }

    private static Lora lora(Targets targets) {
        return new Lora(Lora.Scaling.UNSET, targets, 0);
    }

    @Test
    void virtualTokensHaveABound() {
        assertThat(problems(new PromptTuning(1_025, " ")))
                .containsExactly(
                        "OUT_OF_RANGE method.prompt_tuning.virtual_tokens",
                        "INVALID_VALUE method.prompt_tuning.initial_text");
        assertThat(problems(new PrefixTuning(-1, true, 0)))
                .containsExactly("OUT_OF_RANGE method.prefix_tuning.virtual_tokens");
        assertThat(problems(new PTuning(2_000, 10_000, PTuning.Encoder.UNSET, 0, 0)))
                .containsExactly(
                        "OUT_OF_RANGE method.p_tuning.virtual_tokens",
                        "OUT_OF_RANGE method.p_tuning.encoder_hidden_size");
    }

    @Test
    void networksHaveTheirOwnSettings() {
        assertThat(problems(new PTuning(0, 0, PTuning.Encoder.UNKNOWN, 17, 1)))
                .containsExactly(
                        "INVALID_VALUE method.p_tuning.encoder",
                        "OUT_OF_RANGE method.p_tuning.encoder_layers",
                        "OUT_OF_RANGE method.p_tuning.encoder_dropout");
        assertThat(problems(new PTuning(0, 0, PTuning.Encoder.MLP, 2, 0.1)))
                .containsExactly(
                        "INVALID_VALUE method.p_tuning.encoder_layers",
                        "INVALID_VALUE method.p_tuning.encoder_dropout");
        assertThat(problems(new PTuning(0, 0, PTuning.Encoder.LSTM, 2, 0.1))).isEmpty();
        assertThat(new PTuning(0, 0, PTuning.Encoder.LSTM, 0, 0).resolved(Training.UNSET))
                .isEqualTo(new PTuning(20, 0, PTuning.Encoder.LSTM, 2, 0));
        assertThat(problems(new PrefixTuning(0, false, 8)))
                .containsExactly("INVALID_VALUE method.prefix_tuning.encoder_hidden_size");
        assertThat(problems(new PrefixTuning(0, true, 9_000)))
                .containsExactly("OUT_OF_RANGE method.prefix_tuning.encoder_hidden_size");
    }

    @Test
    void whatLoraTrainsBesideItsFactorsIsChecked() {
        Lora.Own own = new Lora.Own(Lora.Bias.UNKNOWN, List.of("lm head"), List.of(4, 4));

        assertThat(problems(new Lora(
                        Lora.Scaling.UNSET, Targets.UNSET, 0, own, Lora.Initialisation.UNKNOWN, Lora.Base.UNSET)))
                .containsExactly(
                        "INVALID_VALUE method.lora.bias",
                        "INVALID_NAME method.lora.modules_to_save[0]",
                        "INVALID_VALUE method.lora.trainable_tokens[1]",
                        "INVALID_VALUE method.lora.initialisation");
        assertThat(problems(new TrainableTokens(List.of())))
                .containsExactly("INVALID_VALUE method.trainable_tokens.tokens");
        assertThat(problems(new TrainableTokens(List.of(-1, 1 << 24))))
                .containsExactly(
                        "OUT_OF_RANGE method.trainable_tokens.tokens[0]",
                        "OUT_OF_RANGE method.trainable_tokens.tokens[1]");
    }

    @Test
    void virtualTokensAreNotPacked() {
        Training packed = new Training(
                new Length(0, 1), new Batching(0, 0, 0, false, true), Optimizer.UNSET, Validation.UNSET, 0, 0);

        assertThat(problems(new PrefixTuning(4, false, 0), packed))
                .containsExactly("INVALID_VALUE method.prefix_tuning.virtual_tokens");
        assertThat(problems(new PTuning(4, 8, PTuning.Encoder.UNSET, 0, 0), packed))
                .containsExactly("INVALID_VALUE method.p_tuning.virtual_tokens");
        assertThat(problems(new PromptTuning(4, ""), packed))
                .containsExactly("INVALID_VALUE method.prompt_tuning.virtual_tokens");
        assertThat(problems(new Vora(new Vora.Picture(0, 0), 0, 0, 0, List.of(), 0), packed))
                .containsExactly("INVALID_VALUE method.vora.image_size");
        assertThat(problems(Lora.UNSET, packed)).isEmpty();
    }

    @Test
    void baseIsHeldInAKnownWay() {
        Lora unknown = new Lora(
                Lora.Scaling.UNSET, Targets.UNSET, 0, Lora.Own.UNSET, Lora.Initialisation.UNSET, Lora.Base.UNKNOWN);

        assertThat(problems(unknown)).containsExactly("INVALID_VALUE method.lora.base_quantization");
        assertThat(Lora.UNSET.resolved(Training.UNSET).base()).isEqualTo(Lora.Base.PLAIN);
    }

    @Test
    void doraHasNeitherBiasesOfBNorOtherBeginnings() {
        Lora.Own both = new Lora.Own(Lora.Bias.NONE, List.of(), List.of(), true, true);
        Lora.Own magnitudes = new Lora.Own(Lora.Bias.NONE, List.of(), List.of(), false, true);

        assertThat(problems(new Lora(
                        Lora.Scaling.UNSET, Targets.UNSET, 0, both, Lora.Initialisation.UNSET, Lora.Base.UNSET)))
                .containsExactly("INVALID_VALUE method.lora.lora_bias");
        assertThat(problems(new Lora(
                        Lora.Scaling.UNSET, Targets.UNSET, 0, magnitudes, Lora.Initialisation.OLORA, Lora.Base.UNSET)))
                .containsExactly("INVALID_VALUE method.lora.dora");
        assertThat(problems(new Lora(
                        Lora.Scaling.UNSET, Targets.UNSET, 0, magnitudes, Lora.Initialisation.ZERO, Lora.Base.UNSET)))
                .isEmpty();
    }

    @Test
    void ratesOfLoraPlusHaveBoundsAndGoTogether() {
        assertThat(problems(plus(0.5, 2)))
                .containsExactly(
                        "OUT_OF_RANGE method.lora.lora_plus_ratio",
                        "OUT_OF_RANGE method.lora.lora_plus_embedding_rate");
        assertThat(problems(plus(Double.NaN, 0))).containsExactly("OUT_OF_RANGE method.lora.lora_plus_ratio");
        assertThat(problems(plus(0, 1e-5))).containsExactly("INVALID_VALUE method.lora.lora_plus_embedding_rate");
        assertThat(plus(16, 0).resolved(Training.UNSET).scaling().plus()).isEqualTo(new Lora.Plus(16, 1e-6));
        assertThat(plus(0, 0).resolved(Training.UNSET).scaling().plus()).isEqualTo(Lora.Plus.UNSET);
    }

    private static Lora plus(double ratio, double embeddingRate) {
        return new Lora(
                new Lora.Scaling(0, 0, false, Map.of(), Map.of(), new Lora.Plus(ratio, embeddingRate)),
                Targets.UNSET,
                0);
    }

    @Test
    void feedForwardModulesOfIa3AreTargetsToo() {
        assertThat(problems(new Ia3(List.of("k proj"), List.of("down_proj"), List.of("v_proj", "v_proj"))))
                .containsExactly(
                        "INVALID_NAME method.ia3.target_modules[0]",
                        "INVALID_VALUE method.ia3.feedforward_modules",
                        "INVALID_VALUE method.ia3.exclude_modules");
        assertThat(problems(new Ia3(List.of(), List.of("down_proj"), List.of())))
                .containsExactly("INVALID_VALUE method.ia3.feedforward_modules");
        assertThat(problems(new Ia3(List.of("down_proj"), List.of("down_proj"), List.of())))
                .isEmpty();
    }

    @Test
    void baselinesTrainBiasesOrEverything() {
        assertThat(problems(new BitFit(new Targets(List.of("q proj"), "", List.of(), List.of(-1)))))
                .containsExactly(
                        "INVALID_NAME method.bitfit.target_modules[0]",
                        "OUT_OF_RANGE method.bitfit.layers_to_transform[0]");
        assertThat(new BitFit(Targets.UNSET).resolved(Training.UNSET).targets().modules())
                .containsExactly("all-linear");
        assertThat(problems(new Full())).isEmpty();
    }

    @Test
    void bottlenecksHaveBounds() {
        assertThat(problems(new Bottleneck(Bottleneck.Placement.UNKNOWN, 5_000)))
                .containsExactly("INVALID_VALUE method.bottleneck.placement", "OUT_OF_RANGE method.bottleneck.size");
    }

    @Test
    void picturesAreCutIntoWholePatchesAndNotTooMany() {
        Vora wrong = new Vora(new Vora.Picture(100, 16), 300, -1, 1, List.of("q_proj", "all-linear"), -1);

        assertThat(problems(wrong))
                .containsExactly(
                        "INVALID_VALUE method.vora.patch_size",
                        "OUT_OF_RANGE method.vora.rank",
                        "OUT_OF_RANGE method.vora.alpha",
                        "OUT_OF_RANGE method.vora.dropout",
                        "INVALID_VALUE method.vora.target_modules",
                        "OUT_OF_RANGE method.vora.layers");
        assertThat(problems(new Vora(new Vora.Picture(512, 8), 0, 0, 0, List.of(), 0)))
                .containsExactly("OUT_OF_RANGE method.vora.patch_size");
        Vora unset = new Vora(new Vora.Picture(0, 0), 0, 0, 0, List.of(), 0);
        assertThat(problems(unset)).isEmpty();
        assertThat(unset.resolved(Training.UNSET))
                .isEqualTo(new Vora(new Vora.Picture(224, 16), 16, 32, 0, List.of("all-linear"), 0));
    }

    @Test
    void expertsHaveBoundsAndAreNotRecomputed() {
        assertThat(problems(new MoeLora(-1, 0, 0, Targets.UNSET, new MoeLora.Gate(1, 2, OptionalDouble.of(-1)))))
                .containsExactly(
                        "OUT_OF_RANGE method.moe_lora.rank",
                        "OUT_OF_RANGE method.moe_lora.experts",
                        "OUT_OF_RANGE method.moe_lora.top_k",
                        "OUT_OF_RANGE method.moe_lora.balance_coefficient");
        Training recomputed =
                new Training(new Length(0, 1), new Batching(0, 0, 0, true), Optimizer.UNSET, Validation.UNSET, 0, 0);
        assertThat(problems(
                        new MoeLora(0, 0, 0, Targets.UNSET, new MoeLora.Gate(0, 0, OptionalDouble.empty())),
                        recomputed))
                .containsExactly("INVALID_VALUE method.moe_lora.balance_coefficient");
    }

    @Test
    void everySettingOfAdaLoraHasItsRule() {
        AdaLora wrong = new AdaLora(
                new AdaLora.Ranks(8, 7),
                -1,
                1,
                Targets.UNSET,
                new AdaLora.Budget(OptionalInt.of(-1), OptionalInt.empty(), -1),
                new AdaLora.Worth(
                        OptionalDouble.of(-1),
                        AdaLora.Orthogonality.UNKNOWN,
                        AdaLora.Importance.UNKNOWN,
                        OptionalDouble.of(0),
                        OptionalDouble.of(1)));

        assertThat(problems(wrong))
                .containsExactly(
                        "OUT_OF_RANGE method.adalora.initial_rank",
                        "OUT_OF_RANGE method.adalora.alpha",
                        "OUT_OF_RANGE method.adalora.dropout",
                        "OUT_OF_RANGE method.adalora.initial_steps",
                        "OUT_OF_RANGE method.adalora.allocation_every_steps",
                        "OUT_OF_RANGE method.adalora.orthogonality_weight",
                        "INVALID_VALUE method.adalora.orthogonality",
                        "INVALID_VALUE method.adalora.importance",
                        "OUT_OF_RANGE method.adalora.beta1",
                        "OUT_OF_RANGE method.adalora.beta2");
    }

    @Test
    void adaLoraNeedsAStepInWhichTheBudgetShrinks() {
        Training steps =
                new Training(new Length(0, 100), new Batching(0, 0, 0, false), Optimizer.UNSET, Validation.UNSET, 0, 0);

        assertThat(problems(adaLora(OptionalInt.of(50), OptionalInt.of(50)), steps))
                .containsExactly("INVALID_VALUE method.adalora.final_steps");
        assertThat(problems(adaLora(OptionalInt.of(80), OptionalInt.empty()), steps))
                .containsExactly("INVALID_VALUE method.adalora.initial_steps");
        assertThat(problems(adaLora(OptionalInt.of(50), OptionalInt.of(49)), steps))
                .isEmpty();
        assertThat(problems(adaLora(OptionalInt.of(500), OptionalInt.of(500)), Training.UNSET))
                .as("how many steps there are is the dataset's")
                .isEmpty();
        assertThat(adaLora(OptionalInt.empty(), OptionalInt.empty()).resolved(steps))
                .isEqualTo(new AdaLora(
                        new AdaLora.Ranks(8, 12),
                        24,
                        0,
                        Targets.UNSET.resolved(),
                        new AdaLora.Budget(OptionalInt.of(10), OptionalInt.of(20), 1),
                        new AdaLora.Worth(
                                OptionalDouble.of(0.5),
                                AdaLora.Orthogonality.MEAN_NORM,
                                AdaLora.Importance.SENSITIVITY_UNCERTAINTY,
                                OptionalDouble.of(0.85),
                                OptionalDouble.of(0.85))));
    }

    private static AdaLora adaLora(OptionalInt initialSteps, OptionalInt finalSteps) {
        return new AdaLora(
                new AdaLora.Ranks(0, 0),
                0,
                0,
                Targets.UNSET,
                new AdaLora.Budget(initialSteps, finalSteps, 0),
                new AdaLora.Worth(
                        OptionalDouble.empty(),
                        AdaLora.Orthogonality.UNSET,
                        AdaLora.Importance.UNSET,
                        OptionalDouble.empty(),
                        OptionalDouble.empty()));
    }

    @Test
    void targetsAreNamesOrOneExpressionButNotBoth() {
        Targets expression = new Targets(List.of(), ".*\\.[0-3]\\.mlp\\..*", List.of("down_proj"), List.of());
        Targets both = new Targets(List.of("q_proj"), "x", List.of(), List.of());
        Targets layersToo = new Targets(List.of(), "x", List.of(), List.of(1));
        Targets broken = new Targets(List.of(), "(", List.of(), List.of());

        assertThat(problems(lora(expression))).isEmpty();
        assertThat(lora(expression).resolved(Training.UNSET).targets()).isEqualTo(expression);
        assertThat(problems(lora(both))).containsExactly("INVALID_VALUE method.lora.target_pattern");
        assertThat(problems(lora(layersToo))).containsExactly("INVALID_VALUE method.lora.layers_to_transform");
        assertThat(problems(lora(broken))).containsExactly("INVALID_VALUE method.lora.target_pattern");
    }
}
