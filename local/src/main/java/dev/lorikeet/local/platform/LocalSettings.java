package dev.lorikeet.local.platform;

import dev.lorikeet.local.infrastructure.Infrastructure;
import dev.lorikeet.tenancy.TenantId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How the platform runs on this machine.
 *
 * @param home a checkout that was built: {@code <module>/target/quarkus-app/quarkus-run.jar}
 * @param dataFolder everything that is kept; survives restarts
 * @param baseModel the model that all adapters are trained over
 * @param tenants who gets a development key
 * @param usualPorts whether to take the usual ports (9092, 9000, 7700-7702) where they are free; any free ones otherwise
 * @param detached whether the processes live on when this one ends
 * @param settings further settings of the services, such as {@code lorikeet.base-model.threads}
 */
public record LocalSettings(
        Path home,
        Path dataFolder,
        BaseModel baseModel,
        List<TenantId> tenants,
        boolean usualPorts,
        boolean detached,
        Map<String, String> settings) {
    /**
     * A base model on this machine.
     *
     * @param name as requests name it
     * @param path its folder or GGUF file
     */
    public record BaseModel(String name, Path path) {}

    /** Makes paths absolute and copies. */
    public LocalSettings {
        home = home.toAbsolutePath().normalize();
        dataFolder = dataFolder.toAbsolutePath().normalize();
        baseModel = new BaseModel(baseModel.name(), baseModel.path().toAbsolutePath());
        tenants = List.copyOf(tenants);
        settings = Map.copyOf(settings);
    }

    /** The usual ports, attached to this process, two development tenants: {@code acme} and {@code globex}. */
    public static LocalSettings of(Path home, Path dataFolder, BaseModel baseModel) {
        return new LocalSettings(
                home,
                dataFolder,
                baseModel,
                List.of(new TenantId("acme"), new TenantId("globex")),
                true,
                false,
                Map.of());
    }

    /** The same with other tenants. */
    public LocalSettings withTenants(List<TenantId> others) {
        return new LocalSettings(home, dataFolder, baseModel, others, usualPorts, detached, settings);
    }

    /** The same on any free ports: for tests. */
    public LocalSettings onAnyPorts() {
        return new LocalSettings(home, dataFolder, baseModel, tenants, false, detached, settings);
    }

    /** The same, living on when this process ends. */
    public LocalSettings detachedFromThisProcess() {
        return new LocalSettings(home, dataFolder, baseModel, tenants, usualPorts, true, settings);
    }

    /** The same with other further settings. */
    public LocalSettings withSettings(Map<String, String> others) {
        return new LocalSettings(home, dataFolder, baseModel, tenants, usualPorts, detached, others);
    }

    Infrastructure.Ports infrastructurePorts() {
        return usualPorts ? Infrastructure.Ports.USUAL : Infrastructure.Ports.ANY;
    }
}
