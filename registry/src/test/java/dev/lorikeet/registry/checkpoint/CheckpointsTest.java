package dev.lorikeet.registry.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointsTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final JobId JOB = new JobId("job-1");
    private static final String PREFIX = "tenants/acme/jobs/job-1/checkpoints/";

    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final Checkpoints checkpoints = Registry.over(store).checkpoints();

    @TempDir
    Path folder;

    @Test
    void theLatestIsTheOneWithTheMostSteps() throws Exception {
        assertThat(checkpoints.latest(ACME, JOB)).isEmpty();

        save(5, "five");
        save(100, "hundred");
        save(20, "twenty");

        assertThat(checkpoints.latest(ACME, JOB)).contains(new Checkpoint(100, "hundred".length() + 5));
        Path target = folder.resolve("restored");
        checkpoints.download(ACME, JOB, 100, target);
        assertThat(target.resolve("state.bin")).hasContent("hundred");
        assertThat(target.resolve("fixed.bin")).hasContent("fixed");
    }

    @Test
    void anIncompleteCheckpointDoesNotCount() throws Exception {
        save(5, "five");
        save(10, "ten");
        store.delete(PREFIX + "10/manifest.json");

        assertThat(checkpoints.latest(ACME, JOB).orElseThrow().step()).isEqualTo(5);
        assertThatThrownBy(() -> checkpoints.download(ACME, JOB, 10, folder.resolve("x")))
                .isInstanceOf(NotFound.class);

        save(10, "ten");
        assertThat(checkpoints.latest(ACME, JOB).orElseThrow().step()).isEqualTo(10);
    }

    @Test
    void anotherAttemptsCheckpointOfTheSameStepDoesNotMixIn() throws Exception {
        save(10, "first attempt");
        save(10, "second attempt");

        Path target = folder.resolve("restored");
        checkpoints.download(ACME, JOB, 10, target);

        assertThat(target.resolve("state.bin")).hasContent("first attempt");
    }

    @Test
    void damageIsNoticed() throws Exception {
        save(10, "content");
        for (String key : store.list(PREFIX + "10/files/", "", 10).entries()) {
            store.damage(key, new byte[] {1});
        }

        assertThatThrownBy(() -> checkpoints.download(ACME, JOB, 10, folder.resolve("x")))
                .isInstanceOf(Corrupt.class);
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void pruningKeepsTheNewest() throws Exception {
        for (int step = 10; step <= 50; step += 10) {
            save(step, "step " + step);
        }

        checkpoints.prune(ACME, JOB, 2);
        assertThat(checkpoints.steps(ACME, JOB)).containsExactly(40, 50);

        store.delete(PREFIX + "50/manifest.json");
        checkpoints.prune(ACME, JOB, 0);
        assertThat(store.list("", "", 10).entries()).isEmpty();
    }

    private void save(int step, String state) throws IOException {
        Path files = Files.createTempDirectory(folder, "checkpoint");
        Files.writeString(files.resolve("state.bin"), state);
        Files.writeString(files.resolve("fixed.bin"), "fixed");
        checkpoints.save(ACME, JOB, step, files);
    }
}
