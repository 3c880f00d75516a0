package dev.lorikeet.scheduler.grpc;

import dev.lorikeet.local.TestInfrastructure;
import dev.lorikeet.scheduler.kafka.Fixture;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Broker, store and credentials for the whole service. */
public class PlatformResource implements QuarkusTestResourceLifecycleManager {
    private @Nullable TestInfrastructure infrastructure;

    @Override
    public Map<String, String> start() {
        TestInfrastructure started = TestInfrastructure.start();
        infrastructure = started;
        Map<String, String> settings = new HashMap<>(started.properties());
        settings.put(
                "lorikeet.credentials.file",
                Fixture.credentials("acme", "other").toString());
        settings.put("lorikeet.base-model.name", Fixture.BASE);
        settings.put("lorikeet.scheduler.replica", "quarkus-test");
        settings.put("lorikeet.scheduler.leader-timeout", "6s");
        return settings;
    }

    @Override
    public void stop() {
        if (infrastructure != null) {
            infrastructure.close();
        }
    }
}
