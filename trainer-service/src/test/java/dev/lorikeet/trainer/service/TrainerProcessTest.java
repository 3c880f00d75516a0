package dev.lorikeet.trainer.service;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.config.StoreConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Starts that fail. */
class TrainerProcessTest {
    @Test
    void startWithoutTheStoresCredentialsSaysWhichKeysToSet() {
        SmallRyeConfig config = config(Map.of("lorikeet.trainer.scratch", "unused"));
        TrainerProcess process = new TrainerProcess(
                config.getConfigMapping(KafkaConfig.class),
                config.getConfigMapping(StoreConfig.class),
                config.getConfigMapping(BaseModelConfig.class),
                config.getConfigMapping(TrainerConfig.class),
                new SimpleMeterRegistry());

        assertThatThrownBy(process::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LORIKEET_STORE_ACCESS_KEY")
                .hasMessageContaining("LORIKEET_STORE_SECRET_KEY");
        process.close();
    }

    private static SmallRyeConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withValidateUnknown(false)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .withMapping(KafkaConfig.class)
                .withMapping(StoreConfig.class)
                .withMapping(BaseModelConfig.class)
                .withMapping(TrainerConfig.class)
                .build();
    }
}
