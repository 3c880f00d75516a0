package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.method.adalora.AdaLoraConfig;
import dev.lorikeet.engine.method.adalora.AdaLoraRanks;
import dev.lorikeet.engine.method.adalora.AdaLoraRules;
import dev.lorikeet.engine.method.adalora.BudgetSchedule;
import dev.lorikeet.engine.method.adalora.Importance;
import dev.lorikeet.engine.method.adalora.Orthogonality;
import dev.lorikeet.engine.method.bitfit.BitFitConfig;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.method.ia3.Ia3Config;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraForm;
import dev.lorikeet.engine.method.lora.LoraStart;
import dev.lorikeet.engine.method.moe.MoeConfig;
import dev.lorikeet.engine.method.prefix.PrefixConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.method.token.TokensConfig;
import dev.lorikeet.engine.method.vora.VoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Examples that share rows against examples that have rows of their own. */
class PackingTest {
    private static final List<EncodedExample> EXAMPLES = TinyModel.examples(23, 6);
    /** Windows of 12 over 23 examples: the second of each epoch is a partial one. */
    private static final TrainingOptions OPTIONS = TrainingOptions.defaults(3)
            .withBatch(4, 3)
            .withLength(new Length.Steps(5))
            .withSchedule(Schedule.constant(1e-3));

    private static final BaseModel BASE = TinyModel.shared();

    /** Short rows, rows of several attention blocks, one row past the length up to which attention is materialised. */
    @ParameterizedTest
    @ValueSource(ints = {1, 40, 100, 600})
    void handWrittenBackwardGivesTheSameWithSharedRows(int tokens) {
        assertSame(BASE, LoraConfig.allLinear(4, 8), EXAMPLES, OPTIONS.withPacking(tokens));
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 600})
    void autogradGivesTheSameWithSharedRows(int tokens) {
        assertSame(BASE, LoraConfig.allLinear(4, 8).withDora(true), EXAMPLES, OPTIONS.withPacking(tokens));
        assertSame(
                BASE,
                LoraConfig.allLinear(4, 8),
                EXAMPLES,
                OPTIONS.withPacking(tokens).withRecompute(true));
    }

    @Test
    void rowsLongerThanMaterialisedAttentionStaySame() {
        List<EncodedExample> many = TinyModel.examples(60, 7);
        TrainingOptions all =
                OPTIONS.withBatch(60, 1).withLength(new Length.Steps(2)).withPacking(900);

        assertSame(BASE, LoraConfig.allLinear(4, 8), many, all);
        assertSame(BASE, LoraConfig.allLinear(4, 8).withDora(true), many, all);
    }

    @ParameterizedTest
    @EnumSource(
            value = Family.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BERT", "ROBERTA"})
    void everyFamilyKeepsItsPositionsAndWindows(Family family, @TempDir Path folder) throws IOException {
        Dimensions small = new Dimensions(384, 32, 2, new Dimensions.Attention(4, 2, 8), 48, 64);
        Dimensions even = new Dimensions(384, 32, 2, new Dimensions.Attention(4, 4, 8), 48, 64);
        RandomModel.write(folder, 5, family == Family.GPT2 ? even : small, family);
        try (BaseModel model = BaseModel.load(folder, LoadOptions.reference("tiny"))) {
            List<EncodedExample> examples = new ArrayList<>(EXAMPLES);
            // Longer than Mistral's window.
            examples.add(
                    TinyModel.example(new SplittableRandom(3).ints(50, 3, 384).toArray(), 5));

            assertSame(model, LoraConfig.allLinear(4, 8), examples, OPTIONS.withPacking(120));
        }
    }

    private static void assertSame(
            BaseModel model, TrainableConfig config, List<EncodedExample> examples, TrainingOptions options) {
        try (TrainingRun packed = TrainingRun.start(model, config, options, examples);
                TrainingRun plain = TrainingRun.start(model, config, options.withPacking(0), examples)) {
            while (!plain.finished()) {
                StepResult expected = plain.step();
                StepResult actual = packed.step();

                assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5));
                assertThat(actual.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-4));
                assertThat(actual.tokens()).isEqualTo(expected.tokens());
                assertThat(actual.labelledTokens()).isEqualTo(expected.labelledTokens());
            }
            assertThat(packed.evaluate(examples)).isCloseTo(plain.evaluate(examples), within(1e-5));
            plain.adapter()
                    .tensors()
                    .specs()
                    .forEach(spec -> assertThat(apart(
                                    packed.adapter().tensors().get(spec.name()),
                                    plain.adapter().tensors().get(spec.name())))
                            .as(spec.name())
                            .isLessThan(1e-3));
        }
    }

    /** Size of the difference by the size of the expected; of tensors that pruning left empty 0. */
    private static double apart(float[] actual, float[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return difference == 0 ? 0 : Math.sqrt(difference / size);
    }

    @Test
    void gradientsAreTheSame() {
        TrainedMethod method = LoraConfig.allLinear(4, 8).method(BASE.config());
        float[] values = method.initial(5, BASE::floats);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (0.05 * random.nextGaussian());
        }

        for (boolean fast : new boolean[] {true, false}) {
            float[] plain = gradient(method, values, new Batching(4, 1), fast);
            float[] packed = gradient(method, values, new Batching(4, 1, 70), fast);

            assertThat(apart(packed, plain)).isLessThan(1e-5);
        }
    }

    private static float[] gradient(TrainedMethod method, float[] values, Batching batching, boolean fast) {
        Checkpoint.Vectors start = Checkpoint.Vectors.starting(values, new float[0]);
        try (TrainingScript script = new TrainingScript(BASE, method, false, start, fast)) {
            for (MicroBatch batch : MicroBatch.of(EXAMPLES, batching, null)) {
                script.accumulate(batch, 0, 0);
            }
            return script.sums();
        }
    }

    @Test
    void resumedRunIsTheUnbrokenOneBitForBit(@TempDir Path folder) throws IOException {
        LoraConfig config = LoraConfig.allLinear(4, 8).withDropout(0.1);
        TrainingOptions options = OPTIONS.withPacking(64);
        List<StepResult> unbroken = new ArrayList<>();
        try (TrainingRun run = TrainingRun.start(BASE, config, options, EXAMPLES)) {
            for (int step = 0; !run.finished(); step++) {
                run.writeCheckpoint(folder.resolve("at-" + step));
                unbroken.add(run.step());
            }
        }
        for (int step = 0; step < unbroken.size(); step++) {
            try (TrainingRun run = TrainingRun.resume(BASE, folder.resolve("at-" + step), EXAMPLES)) {
                while (!run.finished()) {
                    assertThat(run.step()).isEqualTo(unbroken.get(run.stepsDone() - 1));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 25, 64, 1000})
    void everyExampleIsInOneRowAndNoRowIsTooLong(int capacity) {
        List<List<EncodedExample>> rows = Packing.rows(EXAMPLES, capacity);
        int longest = EXAMPLES.stream().mapToInt(e -> e.tokens().length).max().orElseThrow();
        int all = EXAMPLES.stream().mapToInt(e -> e.tokens().length).sum();

        assertThat(rows.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(EXAMPLES);
        assertThat(rows)
                .allSatisfy(row -> assertThat(
                                row.stream().mapToInt(e -> e.tokens().length).sum())
                        .isLessThanOrEqualTo(Math.max(capacity, longest)));
        assertThat(rows.size()).isLessThanOrEqualTo(1 + 3 * all / (2 * Math.max(capacity, longest)));
    }

    @Test
    void lessIsPadded() {
        long plain = computed(MicroBatch.of(EXAMPLES, new Batching(4, 1), null));
        long packed = computed(MicroBatch.of(EXAMPLES, new Batching(4, 1, 64), null));
        long tokens = EXAMPLES.stream().mapToLong(e -> e.tokens().length).sum();

        assertThat(packed).isBetween(tokens, plain);
    }

    private static long computed(List<MicroBatch> batches) {
        return batches.stream()
                .mapToLong(batch -> (long) batch.rows() * batch.length())
                .sum();
    }

    static List<TrainableConfig> withoutVirtualTokens() {
        return List.of(
                LoraConfig.allLinear(3, 6).withRankStabilised(true),
                LoraConfig.lora(3, 6, List.of("embed_tokens", "lm_head", "v_proj")),
                LoraConfig.lora(3, 6, List.of("q_proj", "lm_head"))
                        .withForm(new LoraForm(false, true, SavedModules.NONE)),
                LoraConfig.lora(3, 6, List.of("q_proj"))
                        .withForm(LoraForm.PLAIN.withSaved(new SavedModules(List.of("norm", "o_proj")))),
                LoraConfig.allLinear(3, 6).withStart(LoraStart.PISSA),
                TokensConfig.of(List.of(5, 300, 9)),
                new AdaLoraConfig(
                        new AdaLoraRanks(4, 2, 8, Map.of()),
                        new AdaLoraRules(
                                new BudgetSchedule(1, 1, 1, 5),
                                new Importance(Importance.Variant.SMOOTHED, 0.85, 0.85),
                                new Orthogonality(Orthogonality.Form.MEAN_NORM, 0.5)),
                        ModuleSelection.of(new TargetModules.AllLinear()),
                        0,
                        AdapterConfig.Origin.UNKNOWN),
                Ia3Config.standard(BASE.config(), null),
                BitFitConfig.allLinear(),
                new FullConfig(AdapterConfig.Origin.UNKNOWN),
                BottleneckConfig.houlsby(4),
                moe(0));
    }

    @ParameterizedTest
    @MethodSource("withoutVirtualTokens")
    void everyMethodWithoutVirtualTokensGivesTheSameWithSharedRows(TrainableConfig config) {
        MethodChecks.packs(BASE, config);
        assertSame(BASE, config, EXAMPLES, OPTIONS.withPacking(100));
    }

    /** The balance of a mixture is that of a micro-batch, whose tokens sharing rows does not change. */
    @Test
    void balanceOfAMicroBatchIsTheSameWithSharedRows() {
        MethodChecks.packs(BASE, moe(0.5));
    }

    private static MoeConfig moe(double balance) {
        return new MoeConfig(
                new MoeConfig.Experts(4, 2, balance),
                3,
                6,
                ModuleSelection.of(new TargetModules.Names(List.of("up_proj", "o_proj"))),
                0,
                AdapterConfig.Origin.UNKNOWN);
    }

    static List<TrainableConfig> withVirtualTokens() {
        return List.of(
                PromptConfig.tuning(3, new PromptStart.Random()),
                PromptConfig.encoded(3, 8),
                PrefixConfig.of(3),
                PrefixConfig.of(3).projected(8),
                VoraConfig.of(new Grid(16, 4), 4, 8, 2));
    }

    @ParameterizedTest
    @MethodSource("withVirtualTokens")
    void virtualTokensAndSharedRowsDoNotGoTogether(TrainableConfig config) {
        assertThatThrownBy(() ->
                        TrainingRun.start(BASE, config, OPTIONS.withPacking(64), MethodChecks.examples(BASE, config)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("packing");
    }
}
