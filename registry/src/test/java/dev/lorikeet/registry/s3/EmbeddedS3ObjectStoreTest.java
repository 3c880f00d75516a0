package dev.lorikeet.registry.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.local.s3.EmbeddedStore;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.ObjectStoreContract;
import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedS3ObjectStoreTest extends ObjectStoreContract {
    private static EmbeddedStore server;
    private static ObjectStore store;

    @BeforeAll
    static void connect(@TempDir Path folder) throws Exception {
        server = EmbeddedS3.start(folder);
        store = S3ObjectStore.connect(EmbeddedS3.settings(server.access()));
    }

    @AfterAll
    static void disconnect() {
        store.close();
        server.close();
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Test
    void aMissingBucketIsMade() {
        StoreSettings settings = EmbeddedS3.settings(server.access());
        StoreSettings other = new StoreSettings(
                settings.endpoint(), "made-on-demand", settings.accessKey(), settings.secretKey(), settings.region());

        try (Registry registry = Registry.connect(other);
                Registry again = Registry.connect(other)) {
            assertThat(registry.store().putIfAbsent("a", new byte[] {1})).isTrue();
            assertThat(again.store().get("a")).containsExactly(1);
        }
    }

    @Test
    void aWrongSecretIsRefusedForGood() {
        StoreSettings settings = EmbeddedS3.settings(server.access());

        assertThatThrownBy(() -> S3ObjectStore.connect(new StoreSettings(
                        settings.endpoint(), settings.bucket(), settings.accessKey(), "wrong", settings.region())))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining(settings.endpoint().toString())
                .hasMessageNotContaining("wrong");
    }

    @Test
    void aWriterWhoseAnswerWasLostStillWins() throws Exception {
        StoreSettings settings = EmbeddedS3.settings(server.access());
        try (LossyProxy proxy = new LossyProxy(settings.endpoint().getPort());
                ObjectStore lossy = S3ObjectStore.connect(new StoreSettings(
                        proxy.endpoint(),
                        settings.bucket(),
                        settings.accessKey(),
                        settings.secretKey(),
                        settings.region()))) {
            proxy.loseNextAnswer();

            assertThat(lossy.putIfAbsent("lost-answer", new byte[] {1, 2, 3})).isTrue();

            assertThat(proxy.lost()).isEqualTo(1);
            assertThat(store.get("lost-answer")).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aLoserWhoseAnswerWasLostStillLoses() throws Exception {
        StoreSettings settings = EmbeddedS3.settings(server.access());
        store.putIfAbsent("taken", new byte[] {9});
        try (LossyProxy proxy = new LossyProxy(settings.endpoint().getPort());
                ObjectStore lossy = S3ObjectStore.connect(new StoreSettings(
                        proxy.endpoint(),
                        settings.bucket(),
                        settings.accessKey(),
                        settings.secretKey(),
                        settings.region()))) {
            proxy.loseNextAnswer();

            assertThat(lossy.putIfAbsent("taken", new byte[] {1, 2, 3})).isFalse();

            assertThat(proxy.lost()).isEqualTo(1);
            assertThat(store.get("taken")).containsExactly(9);
        }
    }

    @Test
    void aSilentStoreIsUnavailable() {
        StoreSettings settings = new StoreSettings(URI.create("http://127.0.0.1:1"), "bucket", "key", "secret", "r");

        assertThatThrownBy(() -> S3ObjectStore.connect(settings))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("127.0.0.1:1");
    }
}
