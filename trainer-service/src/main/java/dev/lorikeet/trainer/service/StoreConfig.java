package dev.lorikeet.trainer.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;

/** How to reach the object store. */
@ConfigMapping(prefix = "lorikeet.store")
public interface StoreConfig {
    /** {@code http(s)://host:port} of any S3. */
    @WithDefault("http://localhost:9000")
    URI endpoint();

    /** The platform's bucket; made if it is missing. */
    @WithDefault("lorikeet")
    String bucket();

    /** Access key. */
    @WithDefault("lorikeet")
    String accessKey();

    /** Secret key. */
    @WithDefault("lorikeet-secret")
    String secretKey();

    /** The bucket's region. */
    @WithDefault("us-east-1")
    String region();
}
