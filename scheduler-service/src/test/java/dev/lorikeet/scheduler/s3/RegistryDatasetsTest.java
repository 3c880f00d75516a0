package dev.lorikeet.scheduler.s3;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.scheduler.kafka.DatasetStore;
import dev.lorikeet.tenancy.TenantId;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistryDatasetsTest {
    @Test
    void silentStoreStopsNoStartAndIsUnavailableToARequest() {
        try (RegistryDatasets datasets = new RegistryDatasets(
                new StoreSettings(URI.create("http://127.0.0.1:1"), "lorikeet", "a", "s", "us-east-1"))) {
            assertThatCode(() -> datasets.connectAhead(Duration.ZERO)).doesNotThrowAnyException();
            assertThatThrownBy(() -> datasets.put(new TenantId("acme"), List.of("{}")))
                    .isInstanceOf(DatasetStore.Unavailable.class);
        }
    }
}
