package dev.lorikeet.serving.service;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.config.StoreConfig;
import dev.lorikeet.serving.config.BaseModelConfig;
import dev.lorikeet.serving.config.KafkaConfig;
import dev.lorikeet.serving.config.ServingConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Starts that fail. */
class ServingPlatformTest {
    @Test
    void startWithoutTheStoresCredentialsSaysWhichKeysToSet() {
        SmallRyeConfig config = config(Map.of("lorikeet.serving.scratch", "unused"));

        assertThatThrownBy(() -> new ServingPlatform(
                        config.getConfigMapping(BaseModelConfig.class),
                        config.getConfigMapping(StoreConfig.class),
                        config.getConfigMapping(KafkaConfig.class),
                        config.getConfigMapping(ServingConfig.class),
                        new SimpleMeterRegistry()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LORIKEET_STORE_ACCESS_KEY")
                .hasMessageContaining("LORIKEET_STORE_SECRET_KEY");
    }

    private static SmallRyeConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withValidateUnknown(false)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .withMapping(BaseModelConfig.class)
                .withMapping(StoreConfig.class)
                .withMapping(KafkaConfig.class)
                .withMapping(ServingConfig.class)
                .build();
    }
}
