package dev.lorikeet.serving.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Who may enter. */
@ConfigMapping(prefix = "lorikeet.credentials")
public interface CredentialsConfig {
    /** The credentials file (digests of API keys, JWT issuers); if it is missing, nobody may. Read again on change. */
    @WithDefault("credentials.json")
    Path file();
}
