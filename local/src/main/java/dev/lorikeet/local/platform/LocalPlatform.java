package dev.lorikeet.local.platform;

import dev.lorikeet.local.infrastructure.FreePorts;
import dev.lorikeet.local.infrastructure.InfrastructureState;
import dev.lorikeet.local.infrastructure.ServicesFile;
import dev.lorikeet.local.infrastructure.StateFile;
import dev.lorikeet.local.process.ChildProcess;
import dev.lorikeet.local.process.ProcessMark;
import dev.lorikeet.tenancy.credential.DevelopmentKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The whole platform on this machine: one infrastructure process and three services, children of this process. They end
 * with {@link #close} (and when this JVM ends, unless detached): services first, infrastructure last. Safe for several
 * threads.
 */
public final class LocalPlatform implements AutoCloseable {
    private static final Duration SERVICE_PATIENCE = Duration.ofSeconds(20);
    private static final Duration INFRASTRUCTURE_PATIENCE = Duration.ofSeconds(40);

    private final Path dataFolder;
    private final @Nullable Launcher launcher;
    private final InfrastructureState infrastructureState;
    private final ChildProcess infrastructure;
    private final DevelopmentKeys keys;
    private final Map<Service, ChildProcess> services = new EnumMap<>(Service.class);
    private final Map<Service, Integer> ports = new EnumMap<>(Service.class);
    private boolean closed;

    private LocalPlatform(
            Path dataFolder,
            @Nullable Launcher launcher,
            InfrastructureState infrastructureState,
            ChildProcess infrastructure,
            DevelopmentKeys keys) {
        this.dataFolder = dataFolder;
        this.launcher = launcher;
        this.infrastructureState = infrastructureState;
        this.infrastructure = infrastructure;
        this.keys = keys;
    }

    /**
     * Starts everything and waits until every service is ready. Whatever was started is ended again if that fails.
     *
     * @throws PlatformFailure if something does not start, or the platform already runs on the folder
     * @throws IOException if the data folder cannot be written
     */
    public static LocalPlatform start(LocalSettings settings) throws IOException {
        Path data = settings.dataFolder();
        Launcher launcher = new Launcher(settings);
        DevelopmentKeys keys =
                DevelopmentKeys.openOrCreate(Launcher.keysFolder(data), settings.tenants(), new SecureRandom());
        if (runningInfrastructure(data).isPresent()) {
            throw new PlatformFailure("The platform already runs on " + data);
        }
        endLeftovers(data);
        ChildProcess infrastructure = launcher.startInfrastructure();
        LocalPlatform platform;
        try {
            InfrastructureState state = Readiness.awaitInfrastructure(infrastructure, data);
            platform = new LocalPlatform(data, launcher, state, infrastructure, keys);
        } catch (IOException | RuntimeException e) {
            infrastructure.kill();
            throw e;
        }
        if (!settings.detached()) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(platform::close));
        }
        try {
            platform.startServices(settings);
            return platform;
        } catch (IOException | RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    /** Ends services whose infrastructure has crashed: they hold ports and would work for a platform that is gone. */
    private static void endLeftovers(Path data) throws IOException {
        List<ChildProcess> leftovers = new ArrayList<>();
        ServicesFile.read(data)
                .map(ServicesFile::services)
                .orElse(Map.of())
                .forEach((name, service) -> service.process()
                        .find()
                        .ifPresent(
                                handle -> leftovers.add(ChildProcess.running(name, handle, Launcher.log(data, name)))));
        leftovers.forEach(ChildProcess::askToEnd);
        leftovers.forEach(process -> process.awaitEnd(SERVICE_PATIENCE));
    }

    private void startServices(LocalSettings settings) throws IOException {
        List<Service> all = List.of(Service.values());
        List<Integer> chosen = FreePorts.choose(all.stream()
                .map(service -> settings.usualPorts() ? service.usualPort() : 0)
                .toList());
        synchronized (this) {
            for (int i = 0; i < all.size(); i++) {
                ports.put(all.get(i), chosen.get(i));
                launch(all.get(i));
            }
        }
        // Without the lock: an impatient Ctrl-C must be able to close.
        for (Service service : all) {
            awaitReady(service);
        }
    }

    private void awaitReady(Service service) {
        ChildProcess process;
        synchronized (this) {
            process = running(service);
        }
        Readiness.awaitService(process, endpoints().of(service));
    }

    /**
     * Finds a platform that another process started.
     *
     * @return empty if none runs on the folder
     * @throws IOException if its state cannot be read
     */
    public static Optional<LocalPlatform> attach(Path dataFolder) throws IOException {
        Path data = dataFolder.toAbsolutePath().normalize();
        Optional<ChildProcess> infrastructure = runningInfrastructure(data);
        Optional<InfrastructureState> state = InfrastructureState.read(data);
        if (infrastructure.isEmpty() || state.isEmpty()) {
            return Optional.empty();
        }
        DevelopmentKeys keys = DevelopmentKeys.openOrCreate(Launcher.keysFolder(data), List.of(), new SecureRandom());
        LocalPlatform platform = new LocalPlatform(data, null, state.get(), infrastructure.get(), keys);
        platform.adoptServices();
        return Optional.of(platform);
    }

    private synchronized void adoptServices() throws IOException {
        Map<String, ServicesFile.Service> found =
                ServicesFile.read(dataFolder).map(ServicesFile::services).orElse(Map.of());
        for (Service service : Service.values()) {
            ServicesFile.Service entry = found.get(service.module());
            if (entry != null) {
                ports.put(service, entry.port());
                entry.process()
                        .find()
                        .ifPresent(handle -> services.put(
                                service,
                                ChildProcess.running(
                                        service.module(), handle, Launcher.log(dataFolder, service.module()))));
            }
        }
    }

    private static Optional<ChildProcess> runningInfrastructure(Path data) throws IOException {
        return InfrastructureState.read(data)
                .flatMap(state -> state.process().find())
                .map(handle -> ChildProcess.running("infrastructure", handle, Launcher.log(data, "infrastructure")));
    }

    private void launch(Service service) throws IOException {
        Launcher ours = launcher;
        if (ours == null) {
            throw new PlatformFailure("This platform was started by another process, which alone can start services");
        }
        if (closed) {
            throw new PlatformFailure("The platform is shutting down");
        }
        services.put(service, ours.startService(service, port(service), infrastructureState));
        Map<String, ServicesFile.Service> entries = new HashMap<>();
        services.forEach((other, process) ->
                entries.put(other.module(), new ServicesFile.Service(ProcessMark.of(process.handle()), port(other))));
        StateFile.write(ServicesFile.file(dataFolder), new ServicesFile(entries));
    }

    private int port(Service service) {
        return Objects.requireNonNull(ports.get(service));
    }

    private ChildProcess running(Service service) {
        ChildProcess process = services.get(service);
        if (process == null) {
            throw new PlatformFailure("Service " + service.module() + " does not run here");
        }
        return process;
    }

    /** Where everything is reached. */
    public synchronized Endpoints endpoints() {
        Map<Service, URI> addresses = new EnumMap<>(Service.class);
        ports.forEach((service, port) -> addresses.put(service, URI.create("http://127.0.0.1:" + port)));
        return new Endpoints(infrastructureState.bootstrapServers(), infrastructureState.store(), addresses);
    }

    /** The development tenants' keys. */
    public DevelopmentKeys developmentKeys() {
        return keys;
    }

    /** A service's log file. */
    public Path log(Service service) {
        return Launcher.log(dataFolder, service.module());
    }

    /** Whether a service's process runs. */
    public synchronized boolean alive(Service service) {
        ChildProcess process = services.get(service);
        return process != null && process.alive();
    }

    /**
     * Checks that everything still runs.
     *
     * @throws PlatformFailure if a process has ended by itself, with the last lines of its log
     */
    public synchronized void checkAlive() {
        if (closed) {
            return;
        }
        Readiness.checkAlive(infrastructure);
        services.values().forEach(Readiness::checkAlive);
    }

    /** Ends a service without warning, as a crash would: for tests. */
    public synchronized void kill(Service service) {
        running(service).kill();
    }

    /**
     * Starts a service again, on its port, ending it in an orderly way before if it runs; waits until it is ready.
     *
     * @throws PlatformFailure if it does not start
     */
    public void restart(Service service) throws IOException {
        synchronized (this) {
            ChildProcess process = running(service);
            process.askToEnd();
            process.awaitEnd(SERVICE_PATIENCE);
            launch(service);
        }
        awaitReady(service);
    }

    /** Ends the services, all at once, then the infrastructure; waits until all are gone. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        services.values().forEach(ChildProcess::askToEnd);
        services.values().forEach(process -> process.awaitEnd(SERVICE_PATIENCE));
        infrastructure.askToEnd();
        infrastructure.awaitEnd(INFRASTRUCTURE_PATIENCE);
    }
}
