package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraFactors;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdapterCheckTest {
    private static final List<EncodedExample> EXAMPLES = TinyModel.examples(4, 3);

    @TempDir
    private Path folder;

    private static TrainingRun run(BaseModel base, int steps) {
        TrainingOptions options =
                TrainingOptions.defaults(1).withLength(new Length.Steps(20)).withSchedule(Schedule.constant(1e-2));
        TrainingRun run = TrainingRun.start(base, LoraConfig.allLinear(4, 16), options, EXAMPLES);
        for (int i = 0; i < steps; i++) {
            run.step();
        }
        return run;
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void trainedAdapterIsTheSameToServingAsToTraining(Precision precision) throws IOException {
        try (BaseModel base = TinyModel.load(precision);
                TrainingRun run = run(base, 20)) {
            run.adapter().write(folder);

            assertThat(AdapterCheck.check(run, folder))
                    .isInstanceOfSatisfying(
                            AdapterCheck.Result.Sound.class,
                            sound -> assertThat(sound.logitDifference())
                                    .isLessThan(precision == Precision.FLOAT32 ? 1e-5 : 3e-2));
        }
    }

    @Test
    void freshAdapterIsUnsound() throws IOException {
        try (BaseModel base = TinyModel.load(Precision.FLOAT32);
                TrainingRun run = run(base, 0)) {
            run.adapter().write(folder);

            assertUnsound(run, "still the initial one");
        }
    }

    @Test
    void otherFactorsThanTheRunsAreUnsound() throws IOException {
        try (BaseModel base = TinyModel.load(Precision.FLOAT32);
                TrainingRun run = run(base, 2)) {
            run.adapter().write(folder);
            run.step();

            assertUnsound(run, "other numbers");
        }
    }

    @Test
    void missingModuleIsUnsound() throws IOException {
        try (BaseModel base = TinyModel.load(Precision.FLOAT32);
                TrainingRun run = run(base, 2)) {
            List<LoraFactors> factors = new ArrayList<>(LoraFactors.of(run.adapter()));
            factors.removeLast();
            LoraFactors.stored((LoraConfig) run.config(), factors).write(folder);

            assertUnsound(run, "down_proj");
        }
    }

    @Test
    void truncatedFileIsUnsound() throws IOException {
        try (BaseModel base = TinyModel.load(Precision.FLOAT32);
                TrainingRun run = run(base, 2)) {
            run.adapter().write(folder);
            Path weights = folder.resolve(StoredAdapter.WEIGHTS_FILE);
            byte[] bytes = Files.readAllBytes(weights);
            Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 4));

            assertUnsound(run, "read back");
        }
    }

    private void assertUnsound(TrainingRun run, String reason) throws IOException {
        assertThat(AdapterCheck.check(run, folder))
                .isInstanceOfSatisfying(
                        AdapterCheck.Result.Unsound.class,
                        unsound -> assertThat(unsound.reason()).contains(reason));
    }
}
