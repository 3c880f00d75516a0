package dev.lorikeet.trainer.service;

import dev.lorikeet.local.TestInfrastructure;
import dev.lorikeet.trainer.training.TinyModel;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A broker, a store and a base model for the whole application. */
public class Surroundings implements QuarkusTestResourceLifecycleManager {
    private @Nullable TestInfrastructure infrastructure;

    @Override
    public Map<String, String> start() {
        try {
            TestInfrastructure started = TestInfrastructure.start();
            infrastructure = started;
            Path folder = Files.createTempDirectory("lorikeet-trainer-test-");
            Map<String, String> properties = new HashMap<>(started.properties());
            properties.put("lorikeet.base-model.name", TinyModel.NAME);
            properties.put(
                    "lorikeet.base-model.path",
                    TinyModel.write(folder.resolve("model")).toString());
            properties.put("lorikeet.base-model.precision", "float32");
            properties.put("lorikeet.base-model.device", "cpu");
            properties.put("lorikeet.base-model.threads", "1");
            properties.put("lorikeet.trainer.scratch", folder.resolve("scratch").toString());
            properties.put("lorikeet.trainer.heartbeat-every", "200ms");
            properties.put("lorikeet.trainer.progress-pause", "1ms");
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (infrastructure != null) {
            infrastructure.close();
        }
    }
}
