package dev.lorikeet.serving.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.adapter.AdapterReference;
import dev.lorikeet.registry.adapter.Selector;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRouteTest {
    private static final String BASE = "SmolLM2-135M-Instruct";

    @Test
    void emptyAndTheBaseModelsNameMeanTheBase() {
        assertThat(ModelRoute.parse("", BASE)).isEqualTo(new ModelRoute.Base());
        assertThat(ModelRoute.parse(BASE, BASE)).isEqualTo(new ModelRoute.Base());
    }

    @Test
    void nameVersionAndAliasAreRead() {
        AdapterName triage = new AdapterName("triage");
        assertThat(ModelRoute.parse("triage", BASE)).isEqualTo(adapter(triage, new Selector.Default()));
        assertThat(ModelRoute.parse("triage@7", BASE)).isEqualTo(adapter(triage, new Selector.Numbered(7)));
        assertThat(ModelRoute.parse("triage:canary", BASE))
                .isEqualTo(adapter(triage, new Selector.Named(new AliasName("canary"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../other/triage",
                "/etc/passwd",
                "a/b",
                "triage@",
                "triage@0",
                "triage@-1",
                "triage@+1",
                "triage@ 1",
                "triage@01",
                "triage@1.0",
                "triage@٣",
                "triage@9999999999999999999",
                "triage:",
                ":x",
                "@1",
                "triage:a:b",
                "triage:a@1",
                "triage@1:a",
                "Triage",
                "triagé",
                "tri\u0000age",
                "tri\u202eage",
                "triage ",
                " ",
                "-triage",
                "triage-",
                "smollm2-135m-instruct/..",
                "\u0442riage"
            })
    void anythingElseIsInvalid(String model) {
        assertThatThrownBy(() -> ModelRoute.parse(model, BASE)).isInstanceOfSatisfying(RejectedException.class, e -> {
            assertThat(e.rejection().code()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(e.rejection().field()).isEqualTo("model");
        });
    }

    private static ModelRoute adapter(AdapterName name, Selector selector) {
        return new ModelRoute.Adapter(new AdapterReference(name, selector));
    }
}
