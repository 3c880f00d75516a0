package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final List<EncodedExample> EXAMPLES = TinyModel.examples(11, 2);
    private static final LoraConfig CONFIG = LoraConfig.allLinear(4, 8).withDropout(0.1);
    private static final int STEPS = 8;
    /** Windows of 4 in micro-batches of 2 over 11 examples: the third of each epoch is a partial one. */
    private static final TrainingOptions OPTIONS = TrainingOptions.defaults(3)
            .withBatch(2, 2)
            .withLength(new Length.Steps(STEPS))
            .withSchedule(Schedule.cosine(1e-2, 2));

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 7, 8})
    void resumedRunIsTheUnbrokenOneBitForBit(int stop) throws IOException {
        List<StepResult> unbroken = new ArrayList<>();
        Checkpoint.Vectors expected;
        try (TrainingRun run = TrainingRun.start(BASE, CONFIG, OPTIONS, EXAMPLES)) {
            while (!run.finished()) {
                unbroken.add(run.step());
            }
            run.writeCheckpoint(folder.resolve("unbroken"));
        }
        expected = Checkpoint.read(folder.resolve("unbroken")).vectors();

        List<StepResult> broken = new ArrayList<>();
        try (TrainingRun run = TrainingRun.start(BASE, CONFIG, OPTIONS, EXAMPLES)) {
            for (int i = 0; i < stop; i++) {
                broken.add(run.step());
            }
            run.writeCheckpoint(folder.resolve("stop"));
        }
        try (TrainingRun run = TrainingRun.resume(BASE, folder.resolve("stop"), EXAMPLES)) {
            assertThat(run.stepsDone()).isEqualTo(stop);
            assertThat(run.totalSteps()).isEqualTo(STEPS);
            while (!run.finished()) {
                broken.add(run.step());
            }
            run.writeCheckpoint(folder.resolve("resumed"));
        }

        assertThat(broken).isEqualTo(unbroken);
        Checkpoint.Vectors actual = Checkpoint.read(folder.resolve("resumed")).vectors();
        assertThat(actual.values()).isEqualTo(expected.values());
        assertThat(actual.means()).isEqualTo(expected.means());
        assertThat(actual.squares()).isEqualTo(expected.squares());
    }

    @Test
    void resumedRunKeepsItsOptionsAndConfiguration() throws IOException {
        Path checkpoint = checkpoint();

        try (TrainingRun run = TrainingRun.resume(BASE, checkpoint, EXAMPLES)) {
            assertThat(run.options()).isEqualTo(OPTIONS);
            assertThat(run.config()).isEqualTo(CONFIG);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"optimizer.safetensors", "run.json", "adapter_config.json"})
    void damagedFileIsRefusedByName(String name) throws IOException {
        Path checkpoint = checkpoint();
        byte[] bytes = Files.readAllBytes(checkpoint.resolve(name));
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoint.resolve(name), bytes);

        assertThatThrownBy(() -> TrainingRun.resume(BASE, checkpoint, EXAMPLES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(name);
    }

    @Test
    void missingFileIsRefusedByName() throws IOException {
        Path checkpoint = checkpoint();
        Files.delete(checkpoint.resolve("optimizer.safetensors"));

        assertThatThrownBy(() -> TrainingRun.resume(BASE, checkpoint, EXAMPLES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("optimizer.safetensors");
    }

    @Test
    void folderWithoutAManifestIsNoCheckpoint() throws IOException {
        Path checkpoint = checkpoint();
        Files.delete(checkpoint.resolve(Checkpoint.MANIFEST));

        assertThatThrownBy(() -> TrainingRun.resume(BASE, checkpoint, EXAMPLES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no checkpoint");
    }

    @Test
    void otherExamplesAreRefused() throws IOException {
        Path checkpoint = checkpoint();

        assertThatThrownBy(() -> TrainingRun.resume(BASE, checkpoint, TinyModel.examples(11, 9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other examples");
    }

    @Test
    void checkpointIsNeverOverwritten() throws IOException {
        Path checkpoint = checkpoint();

        assertThatThrownBy(this::checkpoint).isInstanceOf(IOException.class).hasMessageContaining("already");
        TrainingRun.resume(BASE, checkpoint, EXAMPLES).close();
    }

    private Path checkpoint() throws IOException {
        Path checkpoint = folder.resolve("checkpoint");
        try (TrainingRun run = TrainingRun.start(BASE, CONFIG, OPTIONS, EXAMPLES)) {
            run.step();
            run.writeCheckpoint(checkpoint);
        }
        return checkpoint;
    }
}
