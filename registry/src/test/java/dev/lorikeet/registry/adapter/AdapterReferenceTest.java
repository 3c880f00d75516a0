package dev.lorikeet.registry.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.InvalidName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AdapterReferenceTest {
    @Test
    void nameVersionAndAliasAreTold() {
        AdapterName support = new AdapterName("support");

        assertThat(AdapterReference.parse("support")).isEqualTo(new AdapterReference(support, new Selector.Default()));
        assertThat(AdapterReference.parse("support@17"))
                .isEqualTo(new AdapterReference(support, new Selector.Numbered(17)));
        assertThat(AdapterReference.parse("support:canary"))
                .isEqualTo(new AdapterReference(support, new Selector.Named(new AliasName("canary"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@1",
                "support@",
                "support@0",
                "support@-1",
                "support@01",
                "support@1x",
                "support@9999999999999999999",
                "support:",
                "support:a:b",
                "../support",
                "support@1:a",
                "Support",
                "support@١"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> AdapterReference.parse(text)).isInstanceOf(InvalidName.class);
    }
}
