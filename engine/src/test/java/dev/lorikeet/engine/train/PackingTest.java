package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

    /** Size of the difference by the size of the expected. */
    private static double apart(float[] actual, float[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / size);
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

    @Test
    void virtualTokensAndSharedRowsDoNotGoTogether() {
        TrainableConfig config = PromptConfig.tuning(3, new PromptStart.Random());

        assertThatThrownBy(() -> TrainingRun.start(BASE, config, OPTIONS.withPacking(64), EXAMPLES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("packing");
    }
}
