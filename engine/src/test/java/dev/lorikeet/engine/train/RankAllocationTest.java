package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.adalora.AdaLoraExport;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AdaLoRA over the tiny model: 21 modules of 4 triplets, 42 at the end. */
class RankAllocationTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<EncodedExample> EXAMPLES = TinyModel.examples(8, 4);
    private static final int STEPS = 10;

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"smoothed, mean_norm", "sensitivity, squared_sum", "magnitude, mean_norm", "doublets, mean_norm"})
    void everyVariantLearnsPrunesAndIsServedAsItWasTrained(String importance, String form) throws IOException {
        try (TrainingRun run = TrainingRun.start(BASE, config(importance, form), options(STEPS), EXAMPLES)) {
            double before = run.evaluate(EXAMPLES);
            float[] start = BASE.floats("model.layers.1.mlp.up_proj.weight");
            while (!run.finished()) {
                run.step();
            }

            assertThat(run.evaluate(EXAMPLES)).isLessThan(before - 0.02);
            assertThat(BASE.floats("model.layers.1.mlp.up_proj.weight")).isEqualTo(start);
            assertThat(run.ranks()).hasSize(21);
            assertThat(run.ranks().values().stream().mapToInt(rank -> rank).sum())
                    .isEqualTo(42);
            run.adapter().write(folder.resolve("adapter"));
            assertThat(AdapterCheck.check(run, folder.resolve("adapter")))
                    .isInstanceOf(AdapterCheck.Result.Sound.class);
        }
    }

    @Test
    void allocatedAdapterGoesOnAndIsExportedAndMergedAsTheSame() throws IOException {
        StoredAdapter adapter = trained();
        int[] text = EXAMPLES.getFirst().tokens();
        float[] expected;
        try (TrainingRun run = TrainingRun.startFrom(BASE, adapter, options(2), EXAMPLES)) {
            expected = run.logits(text);
            run.step();
            run.step();
            assertThat(shapes(run.adapter())).isEqualTo(shapes(adapter));
        }

        StoredAdapter lora = AdaLoraExport.lora(adapter, BASE.config());

        lora.write(folder.resolve("lora"));
        StoredAdapter read = StoredAdapter.read(folder.resolve("lora"), BASE.config());
        assertThat(read).isEqualTo(lora);
        try (TrainingRun run = TrainingRun.startFrom(BASE, read, options(2), EXAMPLES)) {
            assertThat(run.logits(text)).containsExactly(expected, within(1e-5f));
        }
        try (BaseModel merged = BaseModel.loadMerged(
                        ModelFiles.open(TinyModel.FOLDER), adapter, LoadOptions.reference("merged"));
                TrainingRun run =
                        TrainingRun.start(merged, config("smoothed", "mean_norm"), options(STEPS), EXAMPLES)) {
            // Nothing trained yet: the logits are the merged model's.
            assertThat(run.logits(text)).containsExactly(expected, within(1e-4f));
        }
    }

    @Test
    void resumedRunIsTheUnbrokenOneBitForBit() throws IOException {
        TrainableConfig config = config("smoothed", "mean_norm");
        List<StepResult> unbroken = new ArrayList<>();
        List<Checkpoint.Vectors> vectors = new ArrayList<>();
        try (TrainingRun run = TrainingRun.start(BASE, config, options(STEPS), EXAMPLES)) {
            for (int step = 0; step < STEPS; step++) {
                run.writeCheckpoint(folder.resolve("at" + step));
                unbroken.add(run.step());
            }
            run.writeCheckpoint(folder.resolve("end"));
        }
        Checkpoint.Vectors expected = Checkpoint.read(folder.resolve("end")).vectors();
        for (int step = 0; step < STEPS; step++) {
            try (TrainingRun run = TrainingRun.resume(BASE, folder.resolve("at" + step), EXAMPLES)) {
                List<StepResult> resumed = new ArrayList<>(unbroken.subList(0, step));
                while (!run.finished()) {
                    resumed.add(run.step());
                }
                assertThat(resumed).isEqualTo(unbroken);
                run.writeCheckpoint(folder.resolve("end" + step));
            }
            Checkpoint.Vectors actual =
                    Checkpoint.read(folder.resolve("end" + step)).vectors();
            assertThat(actual.values()).isEqualTo(expected.values());
            assertThat(actual.state()).isEqualTo(expected.state());
            vectors.add(actual);
        }
        assertThat(vectors).hasSize(STEPS);
    }

    @Test
    void scheduleThatDoesNotFitTheRunIsRefusedAtItsStart() throws IOException {
        TrainableConfig config = config("smoothed", "mean_norm");

        assertThatThrownBy(() -> TrainingRun.start(BASE, config, options(5), EXAMPLES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no step is left to prune in");
    }

    @Test
    void unknownImportanceIsRefusedByName() {
        assertThatThrownBy(() -> config("luck", "mean_norm")).hasMessageContaining("importance luck");
    }

    private StoredAdapter trained() throws IOException {
        try (TrainingRun run = TrainingRun.start(BASE, config("smoothed", "mean_norm"), options(STEPS), EXAMPLES)) {
            while (!run.finished()) {
                run.step();
            }
            return run.adapter();
        }
    }

    private static List<TensorSpec> shapes(StoredAdapter adapter) {
        return adapter.tensors().specs();
    }

    private static TrainingOptions options(int steps) {
        return TrainingOptions.defaults(1)
                .withBatch(4, 1)
                .withLength(new Length.Steps(steps))
                .withSchedule(Schedule.constant(1e-2));
    }

    private TrainableConfig config(String importance, String form) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("peft_type", "ADALORA");
        json.put("init_r", 4);
        json.put("target_r", 2);
        json.put("tinit", 2);
        json.put("tfinal", 3);
        json.put("deltaT", 2);
        json.put("lora_alpha", 32);
        json.put("orth_reg_weight", 0.01);
        json.put("target_modules", "all-linear");
        json.put("importance", importance);
        json.put("orth_reg_form", form);
        Path file = folder.resolve("config.json");
        Files.writeString(file, json.toString());
        return (TrainableConfig) AdapterConfig.read(file);
    }
}
