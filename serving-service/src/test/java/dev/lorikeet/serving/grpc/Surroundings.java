package dev.lorikeet.serving.grpc;

import dev.lorikeet.local.TestInfrastructure;
import dev.lorikeet.serving.tiny.TinyModel;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.credential.DevelopmentKeys;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A broker, a store, a base model and credentials for the whole service. */
public class Surroundings implements QuarkusTestResourceLifecycleManager {
    static final TenantId ACME = new TenantId("acme");
    static final TenantId GLOBEX = new TenantId("globex");

    private @Nullable TestInfrastructure infrastructure;

    @Override
    public Map<String, String> start() {
        try {
            TestInfrastructure started = TestInfrastructure.start();
            infrastructure = started;
            Path folder = Files.createTempDirectory("lorikeet-serving-test-");
            DevelopmentKeys keys = DevelopmentKeys.openOrCreate(
                    folder.resolve("credentials"), List.of(ACME, GLOBEX), new SecureRandom());
            Map<String, String> properties = new HashMap<>(started.properties());
            properties.put("quarkus.http.test-port", "0");
            properties.put("lorikeet.base-model.name", modelName());
            properties.put(
                    "lorikeet.base-model.path",
                    writeModel(folder.resolve("model")).toString());
            properties.put("lorikeet.base-model.precision", "float32");
            properties.put("lorikeet.base-model.device", "cpu");
            properties.put("lorikeet.base-model.threads", "1");
            properties.put("lorikeet.credentials.file", keys.credentialsFile().toString());
            properties.put("lorikeet.serving.scratch", folder.resolve("scratch").toString());
            // Only events can make a change seen in time.
            properties.put("lorikeet.serving.resolution-ttl", "1h");
            properties.put("lorikeet.serving.max-sequences", "4");
            properties.put("lorikeet.serving.tenant-limit", "20");
            properties.put("test.key.acme", keys.authorization(ACME));
            properties.put("test.key.globex", keys.authorization(GLOBEX));
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String modelName() {
        return TinyModel.NAME;
    }

    Path writeModel(Path folder) {
        return TinyModel.write(folder);
    }

    @Override
    public void stop() {
        if (infrastructure != null) {
            infrastructure.close();
        }
    }
}
