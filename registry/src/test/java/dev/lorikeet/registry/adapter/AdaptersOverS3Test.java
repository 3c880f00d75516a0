package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.s3.EmbeddedS3;
import dev.lorikeet.registry.store.ObjectStore;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Adapters over a real S3 server. */
final class AdaptersOverS3Test extends AdaptersContract {
    @RegisterExtension
    static final EmbeddedS3 S3 = new EmbeddedS3();

    @Override
    ObjectStore store() {
        return S3.store();
    }
}
