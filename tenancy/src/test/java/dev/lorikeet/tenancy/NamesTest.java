package dev.lorikeet.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NamesTest {
    private static final List<Function<String, Object>> CONSTRUCTORS =
            List.of(TenantId::new, AdapterName::new, AliasName::new, JobId::new);

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "acme", "support-en-2", "a--b", "0123456789"})
    void wellFormedNamesAreKeptAsTheyAre(String name) {
        for (Function<String, Object> constructor : CONSTRUCTORS) {
            assertThat(constructor.apply(name)).hasToString(name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", ".", "..", "../a", "a/../b", "/a", "a/", "a/b", "a\\b", "-a", "a-", "-", "A", "aB", "a_b",
                "a.b", "a b", " a", "a\n", "a\0", "a%2fb", "%2e%2e", "ａ", "à", "a\u200b", "а", "a\u202e", "١", "😀",
                "ß", "K"
            })
    void anythingThatCouldLeaveItsFolderOrLookLikeAnotherNameIsRefused(String name) {
        for (Function<String, Object> constructor : CONSTRUCTORS) {
            assertThatThrownBy(() -> constructor.apply(name))
                    .asInstanceOf(InstanceOfAssertFactories.type(InvalidName.class))
                    .satisfies(refused -> {
                        assertThat(refused.code()).isEqualTo(InvalidName.Code.INVALID_NAME);
                        assertThat(refused.reason()).contains("use 1 to 63 characters");
                        assertThat(refused.reason().chars()).allMatch(c -> c >= ' ' && c < 127);
                    });
        }
    }

    @Test
    void lengthIsBounded() {
        assertThat(new TenantId("a".repeat(63)).value()).hasSize(63);
        assertThatThrownBy(() -> new TenantId("a".repeat(64)))
                .isInstanceOf(InvalidName.class)
                .hasMessageContaining("has 64 characters");
    }

    @Test
    void theFieldAtFaultIsNamed() {
        InvalidName refused = catching(() -> new AdapterName("A"));

        assertThat(refused.field()).isEqualTo("adapter");
        assertThat(refused.at("request.model").field()).isEqualTo("request.model");
        assertThat(refused.at("request.model").reason()).isEqualTo(refused.reason());
    }

    @Test
    void aJobIsDerivedFromTenantAndKey() {
        // python: base64.b32encode(sha256(struct.pack('>I', 4) + b'acme' + struct.pack('>I', 5) + b'key-1').digest())
        assertThat(JobId.derive(new TenantId("acme"), "key-1")).hasToString("j-zdzigad6tye6wpc7akax4smlwk");
    }

    @Test
    void noTwoPairsOfTenantAndKeyRunTogether() {
        assertThat(JobId.derive(new TenantId("ab"), "c")).isNotEqualTo(JobId.derive(new TenantId("a"), "bc"));
        assertThat(JobId.derive(new TenantId("a"), "k")).isEqualTo(JobId.derive(new TenantId("a"), "k"));
    }

    private static InvalidName catching(Runnable action) {
        try {
            action.run();
            throw new AssertionError("nothing was thrown");
        } catch (InvalidName e) {
            return e;
        }
    }
}
