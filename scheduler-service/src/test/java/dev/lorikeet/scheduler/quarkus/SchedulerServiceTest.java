package dev.lorikeet.scheduler.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.config.StoreConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Starts that fail. */
class SchedulerServiceTest {
    @Test
    void startWithoutTheStoresCredentialsSaysWhichKeysToSet() {
        SmallRyeConfig config = config(Map.of());

        assertThatThrownBy(() -> new SchedulerService(
                        config.getConfigMapping(SchedulerConfig.class),
                        config.getConfigMapping(StoreConfig.class),
                        new SchedulerMetrics(new SimpleMeterRegistry())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LORIKEET_STORE_ACCESS_KEY")
                .hasMessageContaining("LORIKEET_STORE_SECRET_KEY");
    }

    @Test
    void furtherKafkaSettingsHaveTheSameKeyAsInTheOtherServices() {
        SmallRyeConfig config = config(Map.of("lorikeet.kafka.client.\"security.protocol\"", "SSL"));

        assertThat(config.getConfigMapping(SchedulerConfig.class).kafka().client())
                .containsExactly(Map.entry("security.protocol", "SSL"));
    }

    private static SmallRyeConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withValidateUnknown(false)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .withMapping(SchedulerConfig.class)
                .withMapping(StoreConfig.class)
                .build();
    }
}
