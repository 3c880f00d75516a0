package dev.lorikeet.local.platform;

import dev.lorikeet.local.infrastructure.InfrastructureMain;
import dev.lorikeet.local.infrastructure.InfrastructureState;
import dev.lorikeet.local.process.ChildProcess;
import dev.lorikeet.local.process.ServiceMain;
import dev.lorikeet.local.s3.StoreAccess;
import dev.lorikeet.tenancy.credential.DevelopmentKeys;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Starts the platform's processes with the right commands and settings. */
final class Launcher {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final LocalSettings settings;
    private final long parent;

    Launcher(LocalSettings settings) {
        this.settings = settings;
        this.parent = settings.detached() ? 0 : ProcessHandle.current().pid();
    }

    static Path log(Path dataFolder, String name) {
        return dataFolder.resolve("logs").resolve(name + ".log");
    }

    ChildProcess startInfrastructure() throws IOException {
        List<String> command = List.of(
                JAVA,
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                InfrastructureMain.class.getName(),
                settings.dataFolder().toString(),
                Integer.toString(settings.infrastructurePorts().kafka()),
                Integer.toString(settings.infrastructurePorts().store()),
                Long.toString(parent));
        return ChildProcess.start("infrastructure", command, Map.of(), log(settings.dataFolder(), "infrastructure"));
    }

    ChildProcess startService(Service service, int port, InfrastructureState infrastructure) throws IOException {
        Path application = service.application(settings.home());
        if (!Files.isRegularFile(application)) {
            throw new PlatformFailure("Service " + service.module() + " is not built: there is no " + application);
        }
        List<String> command = new ArrayList<>();
        command.add(JAVA);
        command.addAll(service.jvmArguments());
        command.addAll(List.of(
                "-cp",
                application + File.pathSeparator + parentWatch(),
                ServiceMain.class.getName(),
                Long.toString(parent)));
        return ChildProcess.start(
                service.module(),
                command,
                environment(port, infrastructure),
                log(settings.dataFolder(), service.module()));
    }

    /** A folder with the one class of ours that a service's JVM starts with. */
    private Path parentWatch() throws IOException {
        Path folder = settings.dataFolder().resolve("run/classes");
        String resource = ServiceMain.class.getName().replace('.', '/') + ".class";
        Path file = folder.resolve(resource);
        Files.createDirectories(file.getParent());
        try (InputStream stream =
                Objects.requireNonNull(ServiceMain.class.getClassLoader()).getResourceAsStream(resource)) {
            Path temporary = Files.createTempFile(file.getParent(), "class", ".tmp");
            Files.copy(Objects.requireNonNull(stream), temporary, StandardCopyOption.REPLACE_EXISTING);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return folder;
    }

    /** Settings go through the environment: arguments, unlike it, can be read by every user of the machine. */
    private Map<String, String> environment(int port, InfrastructureState infrastructure) {
        StoreAccess store = infrastructure.store();
        Map<String, String> keys = new HashMap<>();
        keys.put("quarkus.http.host", "127.0.0.1");
        keys.put("quarkus.http.port", Integer.toString(port));
        keys.put("lorikeet.kafka.bootstrap-servers", infrastructure.bootstrapServers());
        keys.put("lorikeet.store.endpoint", store.endpoint().toString());
        keys.put("lorikeet.store.bucket", store.bucket());
        keys.put("lorikeet.store.access-key", store.accessKey());
        keys.put("lorikeet.store.secret-key", store.secretKey());
        keys.put("lorikeet.store.region", "us-east-1");
        keys.put("lorikeet.base-model.name", settings.baseModel().name());
        keys.put("lorikeet.base-model.path", settings.baseModel().path().toString());
        keys.put(
                "lorikeet.credentials.file",
                keysFolder(settings.dataFolder())
                        .resolve(DevelopmentKeys.CREDENTIALS_FILE)
                        .toString());
        keys.putAll(settings.settings());
        Map<String, String> environment = new HashMap<>();
        keys.forEach(
                (key, value) -> environment.put(key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value));
        environment.put("OPT_OUT_TRACKING", "true");
        if (System.getenv("OMP_WAIT_POLICY") == null && System.getenv("GOMP_SPINCOUNT") == null) {
            // The services share their cores: operator threads that spin would keep each other from working.
            environment.put("OMP_WAIT_POLICY", "PASSIVE");
            environment.put("GOMP_SPINCOUNT", "1000");
        }
        return environment;
    }

    static Path keysFolder(Path dataFolder) {
        return dataFolder.resolve("keys");
    }
}
