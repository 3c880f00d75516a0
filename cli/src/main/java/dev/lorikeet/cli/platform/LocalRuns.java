package dev.lorikeet.cli.platform;

import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.local.platform.Endpoints;
import dev.lorikeet.local.platform.LocalPlatform;
import dev.lorikeet.local.platform.Service;
import dev.lorikeet.local.s3.StoreAccess;
import dev.lorikeet.registry.s3.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the platform that runs on this machine. */
public final class LocalRuns {

    private static final String REGION = "us-east-1";

    private LocalRuns() {}

    /** Lorikeet's own folder: the launcher tells it. */
    public static Path home() {
        return Path.of(System.getProperty("lorikeet.home", "."))
                .toAbsolutePath()
                .normalize();
    }

    /** The data folder unless another is given. */
    public static Path defaultData() {
        return home().resolve(".lorikeet").resolve("data");
    }

    /**
     * The platform of a data folder, if one runs.
     *
     * @param data the folder; the default one if empty
     */
    public static Optional<LocalRun> find(Optional<Path> data) {
        return attach(data).map(LocalRuns::of);
    }

    /**
     * The processes of a data folder's platform, if they run.
     *
     * @param data the folder; the default one if empty
     */
    public static Optional<LocalPlatform> attach(Optional<Path> data) {
        Path folder = data.orElseGet(LocalRuns::defaultData);
        try {
            return LocalPlatform.attach(folder);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    "Cannot read the platform's state in " + folder + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /** A platform as commands see it. */
    public static LocalRun of(LocalPlatform platform) {
        Endpoints endpoints = platform.endpoints();
        StoreAccess store = endpoints.store();
        Map<String, String> keys = new TreeMap<>();
        platform.developmentKeys().keys().forEach((tenant, key) -> keys.put(tenant.value(), key));
        return new LocalRun(
                endpoints.target(Service.SERVING),
                endpoints.target(Service.SCHEDULER),
                endpoints.bootstrapServers(),
                new StoreSettings(store.endpoint(), store.bucket(), store.accessKey(), store.secretKey(), REGION),
                keys);
    }
}
