package dev.lorikeet.scheduler.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodRulesTest {
    private static List<String> problems(Method method) {
        List<Violation> found = new ArrayList<>();
        method.check(new Check("method." + method.field() + ".", found));
        return found.stream()
                .map(violation -> violation.code() + " " + violation.field())
                .toList();
    }

    private static Lora lora(Targets targets) {
        return new Lora(Lora.Scaling.UNSET, targets, 0);
    }

    @Test
    void targetsAreNamesOrOneExpressionButNotBoth() {
        Targets expression = new Targets(List.of(), ".*\\.[0-3]\\.mlp\\..*", List.of("down_proj"), List.of());
        Targets both = new Targets(List.of("q_proj"), "x", List.of(), List.of());
        Targets layersToo = new Targets(List.of(), "x", List.of(), List.of(1));
        Targets broken = new Targets(List.of(), "(", List.of(), List.of());

        assertThat(problems(lora(expression))).isEmpty();
        assertThat(lora(expression).resolved().targets()).isEqualTo(expression);
        assertThat(problems(lora(both))).containsExactly("INVALID_VALUE method.lora.target_pattern");
        assertThat(problems(lora(layersToo))).containsExactly("INVALID_VALUE method.lora.layers_to_transform");
        assertThat(problems(lora(broken))).containsExactly("INVALID_VALUE method.lora.target_pattern");
    }
}
