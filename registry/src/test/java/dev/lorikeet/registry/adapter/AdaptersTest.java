package dev.lorikeet.registry.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.Invalid;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters in memory, and what is noticed when stored objects are damaged. */
final class AdaptersTest extends AdaptersContract {
    private static final TenantId ACME = new TenantId("acme");
    private static final AdapterName SUPPORT = new AdapterName("support");

    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final Adapters adapters = Registry.over(store).adapters();

    @Override
    ObjectStore store() {
        return store;
    }

    @Test
    void theLayoutIsTheDocumentedOne() {
        Version version = publish("job-1");

        assertThat(store.list("", "", 1000).entries())
                .containsExactly(
                        file(version, "a.bin"),
                        file(version, "b.bin"),
                        file(version, "manifest.json"),
                        "tenants/acme/adapters/support/versions/1.json");
        assertThat(new String(store.get("tenants/acme/adapters/support/versions/1.json"), StandardCharsets.UTF_8))
                .contains("\"job\": \"job-1\"")
                .contains(version.revision());
    }

    @Test
    void everyDamageIsNoticedOnLoading(@TempDir Path folder) {
        Version version = publish("job-1");

        for (String damage : new String[] {"", "wrong", "content of a, and more"}) {
            byte[] whole = store.get(file(version, "a.bin"));
            store.damage(file(version, "a.bin"), damage.getBytes(StandardCharsets.UTF_8));

            assertThatThrownBy(() -> adapters.load(ACME, SUPPORT, version.revision()))
                    .isInstanceOf(Corrupt.class)
                    .hasMessageContaining("a.bin");
            Path target = folder.resolve("target");
            assertThatThrownBy(() -> adapters.download(ACME, SUPPORT, version.revision(), target))
                    .isInstanceOf(Corrupt.class);
            assertThat(folder).isEmptyDirectory();
            store.damage(file(version, "a.bin"), whole);
        }
        store.delete(file(version, "a.bin"));
        assertThatThrownBy(() -> adapters.load(ACME, SUPPORT, version.revision()))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aManifestThatWasChangedIsNoticed() {
        Version version = publish("job-1");
        String key = file(version, "manifest.json");
        String manifest = new String(store.get(key), StandardCharsets.UTF_8);

        for (String other : new String[] {
            "{}", "not json", manifest.replace("a.bin", "../a.bin"), manifest.replace("a.bin", "c.bin")
        }) {
            store.damage(key, other.getBytes(StandardCharsets.UTF_8));

            assertThatThrownBy(() -> adapters.load(ACME, SUPPORT, version.revision()))
                    .isInstanceOf(Corrupt.class)
                    .hasMessageContaining("manifest.json");
        }
    }

    @Test
    void aDamagedFileIsReplacedByAPublicationOfTheSameContent() {
        Version version = publish("job-1");
        store.damage(file(version, "a.bin"), new byte[] {0});

        publish("job-2");

        assertThat(adapters.load(ACME, SUPPORT, version.revision()).files()).hasSize(2);
    }

    @Test
    void namesThatCouldLeaveTheFolderCannotBeStored(@TempDir Path folder) throws Exception {
        for (String name : new String[] {"../a", "a/b", "/a", ".hidden", "", "manifest.json", "ä", "a".repeat(129)}) {
            assertThatThrownBy(() -> FileSet.of(Map.of(name, new byte[0]))).isInstanceOf(Invalid.class);
        }
        Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/passwd"));
        assertThatThrownBy(() -> FileSet.ofFolder(folder)).isInstanceOf(Invalid.class);
    }

    private Version publish(String job) {
        return adapters.publish(
                new Publication(
                        ACME,
                        SUPPORT,
                        new Origin(new JobId(job), 1),
                        FileSet.of(
                                Map.of("a.bin", "content of a".getBytes(StandardCharsets.UTF_8), "b.bin", new byte[0])),
                        new Description(new BaseModelRef("tiny", ""), "LORA", "lora", 1, Map.of(), Map.of())),
                Instant.EPOCH);
    }

    private static String file(Version version, String name) {
        return "tenants/acme/adapters/support/revisions/" + version.revision() + "/" + name;
    }
}
