package dev.lorikeet.e2e;

import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.RandomModel;
import dev.lorikeet.local.platform.LocalPlatform;
import dev.lorikeet.local.platform.LocalSettings;
import dev.lorikeet.local.platform.Service;
import dev.lorikeet.local.s3.StoreAccess;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.tenancy.TenantId;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The services as processes over some broker and store, with two tenants. */
final class Platform implements AutoCloseable {
    static final String BASE_MODEL = "tiny";
    private static final long SEED = 7;
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");

    /**
     * A broker and a store that the test brings along.
     *
     * @param bootstrapServers of the broker
     * @param store the store
     */
    record Backends(String bootstrapServers, StoreAccess store) {
        Map<String, String> settings() {
            return Map.of(
                    "lorikeet.kafka.bootstrap-servers", bootstrapServers,
                    "lorikeet.store.endpoint", store.endpoint().toString(),
                    "lorikeet.store.bucket", store.bucket(),
                    "lorikeet.store.access-key", store.accessKey(),
                    "lorikeet.store.secret-key", store.secretKey());
        }
    }

    private final LocalPlatform local;
    private final Backends backends;
    private final ManagedChannel serving;
    private final ManagedChannel scheduler;
    private final Tenant acme;
    private final Tenant globex;
    private final Events events;
    private final Registry registry;

    private Platform(LocalPlatform local, Backends backends) {
        this.local = local;
        this.backends = backends;
        this.serving = channel(Service.SERVING);
        this.scheduler = channel(Service.SCHEDULER);
        this.acme = tenant(ACME);
        this.globex = tenant(GLOBEX);
        this.events = new Events(backends.bootstrapServers());
        StoreAccess store = backends.store();
        this.registry = Registry.connect(
                new StoreSettings(store.endpoint(), store.bucket(), store.accessKey(), store.secretKey(), "us-east-1"));
    }

    /** Everything embedded, over a base model that continues texts. */
    static Platform embedded(Path folder) throws IOException {
        return embedded(folder, RandomModel.TINY, Family.LLAMA);
    }

    /** The same over another base model. */
    static Platform embedded(Path folder, Dimensions dimensions, Family family) throws IOException {
        Path model = folder.resolve("model");
        RandomModel.write(model, SEED, dimensions, family);
        LocalPlatform local = LocalPlatform.start(settings(folder, model, Map.of()));
        return new Platform(
                local,
                new Backends(
                        local.endpoints().bootstrapServers(), local.endpoints().store()));
    }

    /** The same services over another broker and store; the embedded ones idle. */
    static Platform over(Backends backends, Path folder) throws IOException {
        Path model = folder.resolve("model");
        RandomModel.write(model, SEED);
        return new Platform(LocalPlatform.start(settings(folder, model, backends.settings())), backends);
    }

    private static LocalSettings settings(Path folder, Path model, Map<String, String> more) {
        Path home = Path.of(System.getProperty("lorikeet.home", ".."));
        Map<String, String> settings = new HashMap<>(more);
        // Two processes compute on one machine.
        settings.put("lorikeet.base-model.threads", "1");
        settings.put("lorikeet.base-model.precision", "float32");
        settings.put("lorikeet.trainer.scratch", folder.resolve("scratch").toString());
        settings.put("lorikeet.trainer.heartbeat-every", "500ms");
        settings.put("lorikeet.scheduler.retry-delay", "500ms");
        return LocalSettings.of(home, folder.resolve("data"), new LocalSettings.BaseModel(BASE_MODEL, model))
                .withTenants(List.of(ACME, GLOBEX))
                .onAnyPorts()
                .withSettings(settings);
    }

    private ManagedChannel channel(Service service) {
        return ManagedChannelBuilder.forTarget(local.endpoints().target(service))
                .usePlaintext()
                .build();
    }

    private Tenant tenant(TenantId id) {
        return new Tenant(
                id, local.developmentKeys().authorization(id), backends.bootstrapServers(), serving, scheduler);
    }

    Tenant acme() {
        return acme;
    }

    Tenant globex() {
        return globex;
    }

    Events events() {
        return events;
    }

    Registry registry() {
        return registry;
    }

    void kill(Service service) {
        local.kill(service);
    }

    void restart(Service service) throws IOException {
        local.restart(service);
    }

    @Override
    public void close() {
        acme.close();
        globex.close();
        events.close();
        registry.close();
        serving.shutdownNow();
        scheduler.shutdownNow();
        local.close();
    }
}
