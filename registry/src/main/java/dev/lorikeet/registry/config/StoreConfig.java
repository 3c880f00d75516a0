package dev.lorikeet.registry.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach the object store: the same keys for every service. {@link StoreConnection} checks them and connects.
 */
@ConfigMapping(prefix = "lorikeet.store")
public interface StoreConfig {
    /** {@code http(s)://host:port} of any S3. */
    @WithDefault("http://localhost:9000")
    URI endpoint();

    /** The platform's bucket; made if it is missing. */
    @WithDefault("lorikeet")
    String bucket();

    /** Access key. Must be set: a service does not start without it. */
    Optional<String> accessKey();

    /** Secret key. Must be set: a service does not start without it. */
    Optional<String> secretKey();

    /** The bucket's region. */
    @WithDefault("us-east-1")
    String region();

    /**
     * How long the start waits for a store that does not answer. Then a service that cannot work without it ends; the
     * scheduler goes on and asks again when a request needs the store.
     */
    @WithDefault("PT1M")
    Duration startPatience();
}
