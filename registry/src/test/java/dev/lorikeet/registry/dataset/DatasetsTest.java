package dev.lorikeet.registry.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.TooLarge;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.TenantId;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class DatasetsTest {
    private static final TenantId ACME = new TenantId("acme");

    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final Datasets datasets = new Datasets(store, 1000);

    @Test
    void aDatasetIsAddressedByItsDigestHoweverItIsPut() throws Exception {
        byte[] content = bytes("{\"text\": \"a\"}\n");

        DatasetAddress address = datasets.put(ACME, content);

        assertThat(address.sha256()).isEqualTo("7c24616314d4c7ddcc755cd2cb42baf4e49ac41b1492fa02c30adc34e1cb2e5d");
        assertThat(datasets.put(ACME, new ByteArrayInputStream(content))).isEqualTo(address);
        assertThat(datasets.exists(address)).isTrue();
        assertThat(store.list("", "", 10).entries())
                .containsExactly("tenants/acme/datasets/" + address.sha256() + ".jsonl");
        try (InputStream stream = datasets.open(address)) {
            assertThat(stream.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void aDamagedDatasetHasNoEnd() throws Exception {
        DatasetAddress address = datasets.put(ACME, bytes("good"));
        store.damage(address.key(), bytes("evil"));

        try (InputStream stream = datasets.open(address)) {
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(Corrupt.class).hasMessageContaining(address.sha256());
        }
    }

    @Test
    void aMissingDatasetIsNotFound() {
        DatasetAddress address = new DatasetAddress(ACME, "0".repeat(64));

        assertThat(datasets.exists(address)).isFalse();
        assertThatThrownBy(() -> datasets.open(address))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining(address.relative());
    }

    @Test
    void whatIsTooLargeIsRefusedAndNotStored() {
        byte[] large = new byte[1001];

        assertThatThrownBy(() -> datasets.put(ACME, large)).isInstanceOf(TooLarge.class);
        assertThatThrownBy(() -> datasets.put(ACME, new ByteArrayInputStream(large)))
                .isInstanceOf(TooLarge.class);
        assertThat(store.list("", "", 10).entries()).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
