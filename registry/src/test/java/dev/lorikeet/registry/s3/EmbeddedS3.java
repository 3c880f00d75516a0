package dev.lorikeet.registry.s3;

import dev.lorikeet.local.infrastructure.FreePorts;
import dev.lorikeet.local.s3.EmbeddedStore;
import dev.lorikeet.local.s3.StoreAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The embedded S3 server for tests of this module. */
public final class EmbeddedS3 {
    private EmbeddedS3() {}

    /** Starts it over a folder, on a free port. */
    public static EmbeddedStore start(Path folder) throws IOException {
        int port = FreePorts.choose(List.of(0)).getFirst();
        return EmbeddedStore.start(folder, port, "test-access-key", "test-secret-key", "lorikeet");
    }

    /** How our client reaches it. */
    public static StoreSettings settings(StoreAccess access) {
        return new StoreSettings(
                access.endpoint(), access.bucket(), access.accessKey(), access.secretKey(), "us-east-1");
    }
}
