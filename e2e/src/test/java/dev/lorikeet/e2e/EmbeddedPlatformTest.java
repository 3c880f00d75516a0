package dev.lorikeet.e2e;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The suite over the embedded broker and store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedPlatformTest extends PlatformSuite {
    private @Nullable Platform platform;

    @BeforeAll
    void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws IOException {
        platform = Platform.embedded(folder);
    }

    @AfterAll
    void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Override
    Platform platform() {
        Platform started = platform;
        if (started == null) {
            throw new IllegalStateException("the platform did not start");
        }
        return started;
    }
}
