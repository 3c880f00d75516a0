package dev.lorikeet.registry.config;

import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.registry.store.StoreUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** From configuration to a registry. */
public final class StoreConnection {
    private static final String PREFIX = "lorikeet.store.";
    private static final Duration BEFORE_RETRY = Duration.ofSeconds(1);

    private StoreConnection() {}

    /**
     * The settings, checked.
     *
     * @throws IllegalArgumentException naming the keys that must be set and are not
     */
    public static StoreSettings settings(StoreConfig config) {
        List<String> missing = new ArrayList<>();
        String accessKey = required("access-key", config.accessKey(), missing);
        String secretKey = required("secret-key", config.secretKey(), missing);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("The object store's credentials have no default; set "
                    + String.join(" and ", missing) + " to what " + config.endpoint() + " knows");
        }
        return new StoreSettings(config.endpoint(), config.bucket(), accessKey, secretKey, config.region());
    }

    private static String required(String key, Optional<String> value, List<String> missing) {
        Optional<String> given = value.filter(text -> !text.isBlank());
        if (given.isEmpty()) {
            String name = PREFIX + key;
            missing.add(name + " (in the environment: "
                    + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + ")");
        }
        return given.orElse("");
    }

    /**
     * Connects, waiting for a store that does not answer yet.
     *
     * @param waiting is told why, before each further wait
     * @throws IllegalArgumentException if a key is missing
     * @throws StoreUnavailable if the store did not answer within the configured patience
     * @throws dev.lorikeet.registry.store.StoreRefused if the store does not let us in or will not do
     */
    public static Registry connect(StoreConfig config, Consumer<String> waiting) throws InterruptedException {
        StoreSettings settings = settings(config);
        return patiently(config.startPatience(), () -> Registry.connect(settings), waiting);
    }

    /**
     * Tries until the store answers, at least once.
     *
     * @param patience after which the last failure is thrown
     * @param waiting is told why, before each further wait
     * @throws StoreUnavailable the last failure
     */
    public static <T> T patiently(Duration patience, Supplier<T> attempt, Consumer<String> waiting)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return attempt.get();
            } catch (StoreUnavailable e) {
                if (System.nanoTime() - end >= 0) {
                    throw e;
                }
                waiting.accept("the object store does not answer yet: " + e.getMessage());
                Thread.sleep(BEFORE_RETRY);
            }
        }
    }
}
