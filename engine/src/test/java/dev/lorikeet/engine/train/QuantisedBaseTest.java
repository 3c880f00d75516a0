package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.bitfit.BitFitConfig;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.method.ia3.Ia3Config;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraForm;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.method.lora.LoraStart;
import dev.lorikeet.engine.method.moe.MoeConfig;
import dev.lorikeet.engine.method.prefix.PrefixConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.PackedMatrix;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.Quantisation;
import dev.lorikeet.engine.weights.Nf4;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training over NF4 codes against training over a model whose files hold what these decode to. */
class QuantisedBaseTest {
    private static final List<EncodedExample> EXAMPLES = TinyModel.examples(9, 4);
    private static final TrainingOptions OPTIONS = TrainingOptions.defaults(3)
            .withBatch(2, 2)
            .withLength(new Length.Steps(6))
            .withSchedule(Schedule.constant(1e-2));

    @TempDir
    private static Path decoded;

    private static BaseModel ordinary;
    private static BaseModel quantised;
    private static BaseModel reference;

    @BeforeAll
    static void load() throws IOException {
        ordinary = TinyModel.load(Precision.FLOAT32);
        quantised = ordinary.quantised();
        try (ModelFiles files = ModelFiles.open(TinyModel.FOLDER)) {
            List<StoredTensor> tensors = new ArrayList<>();
            for (TensorInfo info : files.weights().tensors()) {
                float[] values = files.weights().floats(info.name());
                boolean linear = info.name().contains("_proj.weight");
                tensors.add(
                        StoredTensor.of(info.name(), info.shape(), linear ? Nf4.decode(Nf4.encode(values)) : values));
            }
            SafetensorsWriter.write(decoded.resolve("model.safetensors"), tensors, Map.of());
        }
        for (String name : List.of("config.json", "tokenizer.json")) {
            Files.copy(TinyModel.FOLDER.resolve(name), decoded.resolve(name));
        }
        reference = BaseModel.load(decoded, LoadOptions.reference("tiny"));
    }

    @AfterAll
    static void close() {
        ordinary.close();
        reference.close();
    }

    /** Plain LoRA goes the hand-written way, the others through autograd with recomputation. */
    static List<TrainableConfig> methods() {
        return List.of(
                LoraConfig.allLinear(4, 8).withDropout(0.1),
                LoraConfig.allLinear(4, 8).withDora(true),
                new LoraConfig(
                                new LoraScaling(3, 6, true, Map.of("k_proj", 2), Map.of("up_proj", 3.0)),
                                ModuleSelection.of(new TargetModules.AllLinear()),
                                0,
                                AdapterConfig.Origin.UNKNOWN)
                        .withDora(true),
                LoraConfig.lora(4, 8, List.of("embed_tokens", "q_proj", "lm_head"))
                        .withForm(LoraForm.PLAIN.withSaved(new SavedModules(List.of("norm")))),
                LoraConfig.allLinear(4, 8).withForm(new LoraForm(false, true, SavedModules.NONE)),
                LoraConfig.allLinear(4, 8).withStart(LoraStart.OLORA),
                Ia3Config.standard(reference.config(), null),
                BitFitConfig.allLinear(),
                PromptConfig.tuning(3, new PromptStart.Vocabulary()),
                PrefixConfig.of(3).projected(8),
                BottleneckConfig.houlsby(4));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void trainingIsThatOverTheDecodedWeights(TrainableConfig config) {
        try (TrainingRun packed = TrainingRun.start(quantised, config, OPTIONS, EXAMPLES);
                TrainingRun plain = TrainingRun.start(reference, config, OPTIONS, EXAMPLES)) {
            while (!plain.finished()) {
                StepResult expected = plain.step();
                StepResult actual = packed.step();

                assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5));
                assertThat(actual.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-5));
            }

            Map<String, float[]> factors = values(plain.adapter());
            values(packed.adapter())
                    .forEach((name, actual) ->
                            assertThat(actual).as(name).containsExactly(factors.get(name), within(1e-5f)));
        }
    }

    /** QLoRA with LoRA+, and with examples that share rows. */
    @Test
    void ratesOfFactorsAndSharedRowsAreThoseOverTheDecodedWeights() {
        TrainingOptions fast = OPTIONS.withSchedule(Schedule.constant(1e-3))
                .withOptimizer(AdamWSettings.DEFAULT.withFactorRates(new FactorRates(16, 1)));
        LoraConfig config = LoraConfig.allLinear(4, 8).withDora(true);
        try (TrainingRun packed = TrainingRun.start(quantised, config, fast.withPacking(64), EXAMPLES);
                TrainingRun plain = TrainingRun.start(reference, config, fast, EXAMPLES);
                TrainingRun equal =
                        TrainingRun.start(reference, config, fast.withOptimizer(AdamWSettings.DEFAULT), EXAMPLES)) {
            while (!plain.finished()) {
                assertThat(packed.step().loss()).isCloseTo(plain.step().loss(), within(1e-5));
                equal.step();
            }
            assertThat(plain.evaluate(EXAMPLES)).isLessThan(equal.evaluate(EXAMPLES));
        }
    }

    private static Map<String, float[]> values(StoredAdapter adapter) {
        Map<String, float[]> values = new HashMap<>();
        adapter.tensors()
                .specs()
                .forEach(spec -> values.put(spec.name(), adapter.tensors().get(spec.name())));
        return values;
    }

    @Test
    void trainingMovesAwayFromThatOverTheOrdinaryBase() {
        TrainableConfig config = LoraConfig.allLinear(4, 8);
        try (TrainingRun packed = TrainingRun.start(quantised, config, OPTIONS, EXAMPLES);
                TrainingRun plain = TrainingRun.start(ordinary, config, OPTIONS, EXAMPLES)) {
            double difference = packed.step().loss() - plain.step().loss();

            assertThat(Math.abs(difference)).isBetween(1e-4, 0.5);
        }
    }

    @Test
    void bfloat16TrainsAlike() {
        try (BaseModel small = TinyModel.load(Precision.BFLOAT16);
                TrainingRun packed =
                        TrainingRun.start(small.quantised(), LoraConfig.allLinear(4, 8), OPTIONS, EXAMPLES);
                TrainingRun plain = TrainingRun.start(reference, LoraConfig.allLinear(4, 8), OPTIONS, EXAMPLES)) {
            for (int i = 0; i < 3; i++) {
                assertThat(packed.step().loss()).isCloseTo(plain.step().loss(), within(0.05));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void resumedRunIsTheUnbrokenOneBitForBit(TrainableConfig config, @TempDir Path folder) throws IOException {
        List<StepResult> unbroken = new ArrayList<>();
        StoredAdapter expected;
        try (TrainingRun run = TrainingRun.start(quantised, config, OPTIONS, EXAMPLES)) {
            for (int step = 0; !run.finished(); step++) {
                run.writeCheckpoint(folder.resolve("at-" + step));
                unbroken.add(run.step());
            }
            expected = run.adapter();
        }
        for (int step = 0; step < unbroken.size(); step++) {
            try (TrainingRun run = TrainingRun.resume(quantised, folder.resolve("at-" + step), EXAMPLES)) {
                while (!run.finished()) {
                    assertThat(run.step()).isEqualTo(unbroken.get(run.stepsDone() - 1));
                }
                assertThat(run.adapter()).isEqualTo(expected);
            }
        }
    }

    @Test
    void checkpointGoesOnOverNoOtherForm(@TempDir Path folder) throws IOException {
        try (TrainingRun run = TrainingRun.start(quantised, LoraConfig.allLinear(4, 8), OPTIONS, EXAMPLES)) {
            run.step();
            run.writeCheckpoint(folder.resolve("packed"));
        }

        assertThatThrownBy(() -> TrainingRun.resume(ordinary, folder.resolve("packed"), EXAMPLES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("+nf4");
    }

    @Test
    void adapterPassesTheLastCheckOverTheSameForm(@TempDir Path folder) throws IOException {
        try (TrainingRun run = TrainingRun.start(quantised, LoraConfig.allLinear(4, 8), OPTIONS, EXAMPLES)) {
            run.step();
            run.adapter().write(folder);

            assertThat(AdapterCheck.check(run, folder)).isInstanceOf(AdapterCheck.Result.Sound.class);
            assertThat(Files.readString(folder.resolve(StoredAdapter.CONFIG_FILE)))
                    .contains("\"LORA\"");
        }
    }

    @Test
    void mergingIsIntoTheFormThatIsAskedFor() throws IOException {
        StoredAdapter adapter;
        try (TrainingRun run = TrainingRun.start(quantised, LoraConfig.allLinear(4, 8), OPTIONS, EXAMPLES)) {
            run.step();
            adapter = run.adapter();
        }
        String name = "model.layers.1.mlp.up_proj.weight";
        LoadOptions options = LoadOptions.reference("tiny");
        try (BaseModel intoOrdinary = BaseModel.loadMerged(ModelFiles.open(TinyModel.FOLDER), adapter, options);
                BaseModel intoDecoded = BaseModel.loadMerged(
                        ModelFiles.open(TinyModel.FOLDER), adapter, options.withQuantisation(Quantisation.NF4))) {
            float[] update = minus(intoDecoded.floats(name), reference.floats(name));

            assertThat(update).containsExactly(minus(intoOrdinary.floats(name), ordinary.floats(name)), within(1e-6f));
            assertThat(update).isNotEqualTo(new float[update.length]);
        }
    }

    private static float[] minus(float[] left, float[] right) {
        float[] difference = new float[left.length];
        for (int i = 0; i < left.length; i++) {
            difference[i] = left[i] - right[i];
        }
        return difference;
    }

    @Test
    void codesTakeAnEighthOfTheFloats() {
        String name = "model.layers.0.mlp.down_proj.weight";
        PackedMatrix matrix = quantised.packed(name).orElseThrow();
        long weights = (long) matrix.rows() * matrix.columns();

        assertThat(matrix.codes().size()).isEqualTo(weights / 2);
        assertThat(matrix.magnitudes().size()).isEqualTo(weights / 64);
        assertThat(ordinary.packed(name)).isEmpty();
        assertThat(quantised.packed("model.embed_tokens.weight")).isEmpty();
        assertThat(quantised.weight("model.embed_tokens.weight"))
                .isSameAs(ordinary.weight("model.embed_tokens.weight"));
    }

    @Test
    void methodsThatNeedWholeWeightsOrAllLayersAtOnceAreRefused() {
        MoeConfig balanced = new MoeConfig(
                new MoeConfig.Experts(3, 2, 0.01),
                2,
                4,
                ModuleSelection.of(new TargetModules.AllLinear()),
                0,
                AdapterConfig.Origin.UNKNOWN);
        for (TrainableConfig config : List.of(new FullConfig(AdapterConfig.Origin.UNKNOWN), balanced)) {
            assertThatThrownBy(() -> TrainingRun.start(quantised, config, OPTIONS, EXAMPLES))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("quantised base");
        }
    }
}
