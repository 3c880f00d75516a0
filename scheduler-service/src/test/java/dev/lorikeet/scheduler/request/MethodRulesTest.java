package dev.lorikeet.scheduler.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.request.TrainingSpec.Batching;
import dev.lorikeet.scheduler.request.TrainingSpec.Length;
import dev.lorikeet.scheduler.request.TrainingSpec.Optimizer;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.TrainingSpec.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
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
        assertThat(problems(new PrefixTuning(-1))).containsExactly("OUT_OF_RANGE method.prefix_tuning.virtual_tokens");
        assertThat(problems(new PTuning(2_000, 10_000)))
                .containsExactly(
                        "OUT_OF_RANGE method.p_tuning.virtual_tokens",
                        "OUT_OF_RANGE method.p_tuning.encoder_hidden_size");
    }

    @Test
    void bottlenecksHaveBounds() {
        assertThat(problems(new Bottleneck(Bottleneck.Placement.UNKNOWN, 5_000)))
                .containsExactly("INVALID_VALUE method.bottleneck.placement", "OUT_OF_RANGE method.bottleneck.size");
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
