package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.moe.MoeConfig;
import dev.lorikeet.engine.method.prefix.PrefixConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Methods that are no LoRA, over every family: training and serving compute the same. */
class MethodFamiliesTest {
    private static final Dimensions SMALL = new Dimensions(300, 32, 2, new Dimensions.Attention(4, 4, 8), 48, 64);

    @ParameterizedTest
    @EnumSource(
            value = Family.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BERT", "ROBERTA"})
    void trainingAndServingComputeTheSame(Family family, @TempDir Path folder) throws IOException {
        check(family, Precision.FLOAT32, folder);
    }

    @ParameterizedTest
    @EnumSource(
            value = Family.class,
            names = {"LLAMA", "GPT2"})
    void alsoInBfloat16(Family family, @TempDir Path folder) throws IOException {
        check(family, Precision.BFLOAT16, folder);
    }

    private static void check(Family family, Precision precision, Path folder) throws IOException {
        RandomModel.write(folder.resolve("base"), 5, SMALL, family);
        LoadOptions options = new LoadOptions("tiny", Device.cpu(), precision, 0);
        // Longer than Mistral's window.
        int[] text = new SplittableRandom(4).ints(40, 3, 300).toArray();
        List<EncodedExample> examples = List.of(TinyModel.example(text, 20));
        String attention = family == Family.GPT2 ? "c_attn" : "q_proj";
        List<TrainableConfig> configs = List.of(
                PromptConfig.tuning(5, new PromptStart.Vocabulary()),
                PromptConfig.encoded(5, 16),
                PromptConfig.recurrent(5, 16, 2, 0),
                PrefixConfig.of(5),
                PrefixConfig.of(5).projected(16),
                BottleneckConfig.houlsby(4),
                MoeConfig.of(4, 2, 4, List.of(attention)));
        try (BaseModel base = BaseModel.load(folder.resolve("base"), options)) {
            for (TrainableConfig config : configs) {
                try (TrainingRun run = TrainingRun.start(base, config, MethodChecks.options(3e-2, 6), examples)) {
                    while (!run.finished()) {
                        run.step();
                    }
                    Path files = folder.resolve(config.kind());
                    run.adapter().write(files);
                    assertThat(AdapterCheck.check(run, files))
                            .as(config.kind())
                            .isInstanceOfSatisfying(
                                    AdapterCheck.Result.Sound.class,
                                    sound -> assertThat(sound.logitDifference())
                                            .isLessThan(precision == Precision.FLOAT32 ? 1e-5 : 0.05));
                }
            }
        }
    }
}
