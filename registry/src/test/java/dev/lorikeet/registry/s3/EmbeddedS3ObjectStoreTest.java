package dev.lorikeet.registry.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.ObjectStoreContract;
import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class EmbeddedS3ObjectStoreTest extends ObjectStoreContract {
    @RegisterExtension
    static final EmbeddedS3 S3 = new EmbeddedS3();

    @Override
    protected ObjectStore store() {
        return S3.store();
    }

    @Test
    void aMissingBucketIsMade() {
        StoreSettings other = S3.at(S3.settings().endpoint(), "made-on-demand");

        try (Registry registry = Registry.connect(other);
                Registry again = Registry.connect(other)) {
            assertThat(registry.store().putIfAbsent("a", new byte[] {1})).isTrue();
            assertThat(again.store().get("a")).containsExactly(1);
        }
    }

    @Test
    void aWrongSecretIsRefusedForGood() {
        StoreSettings settings = S3.settings();

        assertThatThrownBy(() -> S3ObjectStore.connect(new StoreSettings(
                        settings.endpoint(), settings.bucket(), settings.accessKey(), "wrong", settings.region())))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining(settings.endpoint().toString())
                .hasMessageNotContaining("wrong");
    }

    @Test
    void aWriterWhoseAnswerWasLostStillWins() throws Exception {
        StoreSettings settings = S3.settings();
        try (LossyProxy proxy = new LossyProxy(settings.endpoint().getPort());
                ObjectStore lossy = S3ObjectStore.connect(S3.at(proxy.endpoint(), settings.bucket()))) {
            proxy.loseNextAnswer();

            assertThat(lossy.putIfAbsent("lost-answer", new byte[] {1, 2, 3})).isTrue();

            assertThat(proxy.lost()).isEqualTo(1);
            assertThat(S3.store().get("lost-answer")).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aLoserWhoseAnswerWasLostStillLoses() throws Exception {
        StoreSettings settings = S3.settings();
        S3.store().putIfAbsent("taken", new byte[] {9});
        try (LossyProxy proxy = new LossyProxy(settings.endpoint().getPort());
                ObjectStore lossy = S3ObjectStore.connect(S3.at(proxy.endpoint(), settings.bucket()))) {
            proxy.loseNextAnswer();

            assertThat(lossy.putIfAbsent("taken", new byte[] {1, 2, 3})).isFalse();

            assertThat(proxy.lost()).isEqualTo(1);
            assertThat(S3.store().get("taken")).containsExactly(9);
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
