package dev.lorikeet.cli.platform;

import dev.lorikeet.cli.platform.Platform.Identity;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.registry.s3.StoreSettings;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The options that say which platform a command talks to, and as whom. What is not given is taken from the environment,
 * then from the platform that runs on this machine. Subcommands inherit them, so they may stand before or behind one.
 */
public final class PlatformOptions {

    @Option(
            names = "--tenant",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            defaultValue = "${env:LORIKEET_TENANT}",
            description = "Who asks. On this machine: whose development key is used (default: the first tenant's).")
    private @Nullable String tenant;

    @Option(
            names = "--key",
            scope = ScopeType.INHERIT,
            paramLabel = "KEY",
            defaultValue = "${env:LORIKEET_KEY}",
            description = "API key or token; or set LORIKEET_KEY. On this machine the development key is found.")
    private @Nullable String key;

    @Option(
            names = "--data",
            scope = ScopeType.INHERIT,
            paramLabel = "FOLDER",
            defaultValue = "${env:LORIKEET_DATA}",
            description = "Data folder of the platform on this machine (default: .lorikeet/data in Lorikeet's folder).")
    private @Nullable Path data;

    @Option(
            names = "--serving",
            scope = ScopeType.INHERIT,
            paramLabel = "ADDRESS",
            defaultValue = "${env:LORIKEET_SERVING}",
            description = "serving-service elsewhere: host:port, or https://host:port.")
    private @Nullable String serving;

    @Option(
            names = "--scheduler",
            scope = ScopeType.INHERIT,
            paramLabel = "ADDRESS",
            defaultValue = "${env:LORIKEET_SCHEDULER}",
            description = "scheduler-service elsewhere: host:port, or https://host:port.")
    private @Nullable String scheduler;

    @Option(
            names = "--kafka",
            scope = ScopeType.INHERIT,
            paramLabel = "SERVERS",
            defaultValue = "${env:LORIKEET_KAFKA_BOOTSTRAP_SERVERS}",
            description = "Kafka elsewhere: bootstrap servers, host:port[,host:port...].")
    private @Nullable String kafka;

    @Option(
            names = "--kafka-settings",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            defaultValue = "${env:LORIKEET_KAFKA_SETTINGS}",
            description = "More settings of Kafka's clients (security.protocol ...), as a properties file.")
    private @Nullable Path kafkaSettings;

    @Option(
            names = "--store",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            defaultValue = "${env:LORIKEET_STORE_ENDPOINT}",
            description = "Object store elsewhere, for uploads: http(s)://host:port/BUCKET. Its credentials:"
                    + " LORIKEET_STORE_ACCESS_KEY, LORIKEET_STORE_SECRET_KEY, LORIKEET_STORE_REGION.")
    private @Nullable String store;

    /** The platform, as far as it was given or found. */
    public Platform find() {
        return find(System.getenv());
    }

    /** The data folder, if one was given. */
    public Optional<Path> data() {
        return Optional.ofNullable(data);
    }

    Platform find(Map<String, String> environment) {
        return merge(LocalRuns.find(data()), environment);
    }

    Platform merge(Optional<LocalRun> local, Map<String, String> environment) {
        return new Platform(
                first(serving, local.map(LocalRun::serving)),
                first(scheduler, local.map(LocalRun::scheduler)),
                first(kafka, local.map(LocalRun::kafka)),
                kafkaSettings(),
                store == null ? local.map(LocalRun::store) : Optional.of(store(store, environment)),
                identity(local));
    }

    private Identity identity(Optional<LocalRun> local) {
        if (key != null) {
            return new Identity(Optional.ofNullable(tenant), Optional.of(key));
        }
        if (local.isEmpty()) {
            return new Identity(Optional.ofNullable(tenant), Optional.empty());
        }
        Map<String, String> keys = local.get().keys();
        Optional<String> who = first(tenant, keys.keySet().stream().findFirst());
        who.filter(name -> !keys.containsKey(name)).ifPresent(name -> {
            throw new CommandFailure("The platform on this machine has no development key for tenant `" + name
                    + "`: it has " + String.join(", ", keys.keySet()) + ". Give a key by --key.");
        });
        return new Identity(who, who.map(keys::get));
    }

    private Map<String, String> kafkaSettings() {
        if (kafkaSettings == null) {
            return Map.of();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(kafkaSettings)) {
            properties.load(reader);
        } catch (IOException failure) {
            throw new CommandFailure("Cannot read Kafka's settings from " + kafkaSettings + ".", failure);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }

    private static StoreSettings store(String address, Map<String, String> environment) {
        String form = "`" + address + "` is no object store: it would be http(s)://host:port/BUCKET.";
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException malformed) {
            throw new CommandFailure(form, malformed);
        }
        String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("^/|/$", "");
        String bucket = path.isEmpty() ? environment.getOrDefault("LORIKEET_STORE_BUCKET", "") : path;
        if (uri.getHost() == null || bucket.isEmpty() || bucket.contains("/")) {
            throw new CommandFailure(form);
        }
        String access = environment.get("LORIKEET_STORE_ACCESS_KEY");
        String secret = environment.get("LORIKEET_STORE_SECRET_KEY");
        if (access == null || secret == null) {
            throw new CommandFailure("The object store " + address
                    + " wants LORIKEET_STORE_ACCESS_KEY and LORIKEET_STORE_SECRET_KEY in the environment.");
        }
        return new StoreSettings(
                URI.create(uri.getScheme() + "://" + uri.getAuthority()),
                bucket,
                access,
                secret,
                environment.getOrDefault("LORIKEET_STORE_REGION", "us-east-1"));
    }

    private static Optional<String> first(@Nullable String given, Optional<String> found) {
        return given != null && !given.isBlank() ? Optional.of(given) : found;
    }
}
