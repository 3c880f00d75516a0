package dev.lorikeet.registry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.registry.store.StoreUnavailable;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StoreConnectionTest {
    private static final Map<String, String> CREDENTIALS =
            Map.of("lorikeet.store.access-key", "a", "lorikeet.store.secret-key", "s");

    @Test
    void onlyTheCredentialsMustBeSet() {
        StoreConfig config = config(CREDENTIALS);

        assertThat(StoreConnection.settings(config))
                .isEqualTo(new StoreSettings(URI.create("http://localhost:9000"), "lorikeet", "a", "s", "us-east-1"));
        assertThat(config.startPatience()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void missingCredentialIsNamedAsPropertyAndAsVariable() {
        assertThatThrownBy(() -> StoreConnection.settings(config(Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lorikeet.store.access-key (in the environment: LORIKEET_STORE_ACCESS_KEY)")
                .hasMessageContaining("lorikeet.store.secret-key (in the environment: LORIKEET_STORE_SECRET_KEY)");
        assertThatThrownBy(() -> StoreConnection.settings(config(Map.of("lorikeet.store.access-key", "a"))))
                .hasMessageContaining("lorikeet.store.secret-key")
                .hasMessageNotContaining("lorikeet.store.access-key");
        assertThatThrownBy(() -> StoreConnection.settings(
                        config(Map.of("lorikeet.store.access-key", "a", "lorikeet.store.secret-key", " "))))
                .hasMessageContaining("lorikeet.store.secret-key");
    }

    @Test
    void storeThatAnswersLaterIsWaitedFor() throws InterruptedException {
        List<String> waits = new ArrayList<>();

        String answer = StoreConnection.patiently(
                Duration.ofMinutes(1),
                () -> {
                    if (waits.isEmpty()) {
                        throw new StoreUnavailable("nobody listens", new IllegalStateException());
                    }
                    return "here";
                },
                waits::add);

        assertThat(answer).isEqualTo("here");
        assertThat(waits).singleElement().asString().contains("nobody listens");
    }

    @Test
    void patienceEnds() {
        assertThatThrownBy(() -> StoreConnection.patiently(
                        Duration.ZERO,
                        () -> {
                            throw new StoreUnavailable("nobody listens", new IllegalStateException());
                        },
                        why -> {}))
                .isInstanceOf(StoreUnavailable.class);
    }

    private static StoreConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(StoreConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(StoreConfig.class);
    }
}
