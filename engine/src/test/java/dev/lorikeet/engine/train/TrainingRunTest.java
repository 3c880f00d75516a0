package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraFactors;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
    private static final LoraConfig ALL_LINEAR = LoraConfig.allLinear(4, 8);
    private static final List<EncodedExample> EXAMPLES = TinyModel.examples(10, 1);

    private static final BaseModel BASE = TinyModel.shared();

    private static TrainingOptions options(int rows, int accumulation, int steps) {
        return TrainingOptions.defaults(5)
                .withBatch(rows, accumulation)
                .withLength(new Length.Steps(steps))
                .withSchedule(Schedule.cosine(5e-3, 2));
    }

    @Test
    void lossFallsWhenTheSameExamplesReturn() {
        try (TrainingRun run = TrainingRun.start(BASE, ALL_LINEAR, options(4, 1, 40), EXAMPLES.subList(0, 4))) {
            double before = run.evaluate(EXAMPLES.subList(0, 4));
            double first = run.step().loss();
            while (!run.finished()) {
                run.step();
            }

            assertThat(first).isCloseTo(before, offset(1e-5));
            assertThat(run.evaluate(EXAMPLES.subList(0, 4))).isLessThan(first - 1);
            assertThat(run.stepsDone()).isEqualTo(40);
            assertThatThrownBy(run::step).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void sameSeedGivesTheSameBitsAndAnotherSeedOthers() {
        LoraConfig config = ALL_LINEAR.withDropout(0.2);
        TrainingOptions other = new TrainingOptions(
                new Batching(3, 1), new Length.Steps(4), Schedule.constant(1e-3), AdamWSettings.DEFAULT, false, 6);
        TrainingOptions same = new TrainingOptions(
                new Batching(3, 1), new Length.Steps(4), Schedule.constant(1e-3), AdamWSettings.DEFAULT, false, 7);

        float[] once = train(config, same);

        assertThat(train(config, same)).isEqualTo(once);
        assertThat(train(config, other)).isNotEqualTo(once);
    }

    @Test
    void gradientIsTheMeanOverTheWholeWindowHoweverItIsCut() {
        StepResult whole = firstStep(options(8, 1, 5));
        StepResult cut = firstStep(options(3, 3, 5).withBatch(2, 4));

        assertThat(cut.loss()).isCloseTo(whole.loss(), withinPercentage(1e-3));
        assertThat(cut.gradientNorm()).isCloseTo(whole.gradientNorm(), withinPercentage(1e-2));
        assertThat(cut.labelledTokens()).isEqualTo(whole.labelledTokens());
        assertThat(cut.tokens()).isEqualTo(whole.tokens());
    }

    @Test
    void lastWindowOfAnEpochCountsItsOwnTokensOnly() {
        TrainingOptions options = options(4, 1, 3).withLength(new Length.Epochs(1));
        try (TrainingRun run = TrainingRun.start(BASE, ALL_LINEAR, options, EXAMPLES)) {
            long tokens = 0;
            long labelled = 0;
            while (!run.finished()) {
                StepResult result = run.step();
                tokens += result.tokens();
                labelled += result.labelledTokens();
            }

            assertThat(run.stepsDone()).isEqualTo(3);
            assertThat(tokens)
                    .isEqualTo(EXAMPLES.stream()
                            .mapToLong(example -> example.tokens().length)
                            .sum());
            assertThat(labelled)
                    .isEqualTo(EXAMPLES.stream()
                            .mapToLong(EncodedExample::labelledTokens)
                            .sum());
        }
    }

    @Test
    void paddingChangesNothing() {
        EncodedExample shorter = EXAMPLES.get(0);
        EncodedExample longer = TinyModel.example(new int[60], 59);
        try (TrainingRun run = TrainingRun.start(BASE, ALL_LINEAR, options(2, 1, 1), EXAMPLES)) {
            double together = run.evaluate(List.of(shorter, longer)) * (shorter.labelledTokens() + 1);
            double apart = run.evaluate(List.of(shorter)) * shorter.labelledTokens() + run.evaluate(List.of(longer));

            assertThat(together).isCloseTo(apart, withinPercentage(1e-4));
        }
    }

    @Test
    void baseModelStaysAsItWas() {
        List<float[]> before = weights();

        train(ALL_LINEAR, options(4, 1, 3));

        List<float[]> after = weights();
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).isEqualTo(before.get(i));
        }
    }

    @Test
    void onlyTargetedModulesHaveFactorsAndAllOfThemMove() {
        LoraConfig config = LoraConfig.lora(2, 4, List.of("q_proj", "up_proj"));
        try (TrainingRun run = TrainingRun.start(BASE, config, options(4, 1, 1), EXAMPLES)) {
            run.step();

            List<LoraFactors> factors = LoraFactors.of(run.adapter());
            assertThat(factors).hasSize(6);
            for (LoraFactors factor : factors) {
                assertThat(factor.path()).matches(".*(q_proj|up_proj)");
                assertThat(factor.b()).isNotEqualTo(new float[factor.b().length]);
            }
        }
    }

    @Test
    void dropoutChangesTheStepButNotTheEvaluation() {
        StoredAdapter trained = adapter(ALL_LINEAR, options(4, 1, 10));
        LoraConfig dropping = ALL_LINEAR.withDropout(0.5);
        StoredAdapter same = new StoredAdapter(dropping, trained.tensors());
        try (TrainingRun plain = TrainingRun.startFrom(BASE, trained, options(4, 1, 1), EXAMPLES);
                TrainingRun dropped = TrainingRun.startFrom(BASE, same, options(4, 1, 1), EXAMPLES)) {
            assertThat(dropped.evaluate(EXAMPLES)).isEqualTo(plain.evaluate(EXAMPLES));
            assertThat(dropped.step().loss()).isNotEqualTo(plain.step().loss());
        }
    }

    @Test
    void stepsLeaveNothingBehind() {
        try (TrainingRun run = TrainingRun.start(BASE, ALL_LINEAR.withDropout(0.1), options(2, 2, 6), EXAMPLES)) {
            run.step();
            int arrays = run.residentArrays();

            run.step();
            run.evaluate(EXAMPLES);
            run.step();

            assertThat(run.residentArrays()).isEqualTo(arrays);
        }
    }

    @Test
    void lossThatIsNotFiniteEndsTheRunAndWritesNothing(@TempDir Path folder) {
        List<LoraFactors> huge = new ArrayList<>();
        for (LoraFactors factor : LoraFactors.of(adapter(ALL_LINEAR, options(4, 1, 1)))) {
            float[] b = new float[factor.b().length];
            Arrays.fill(b, 3e38f);
            huge.add(new LoraFactors(factor.key(), factor.rank(), factor.a(), b));
        }
        try (TrainingRun run =
                TrainingRun.startFrom(BASE, LoraFactors.stored(ALL_LINEAR, huge), options(4, 1, 5), EXAMPLES)) {
            assertThatThrownBy(run::step).isInstanceOf(DivergedException.class).hasMessageContaining("step 1");

            assertThatThrownBy(run::step).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> run.writeCheckpoint(folder.resolve("checkpoint")))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(folder).isEmptyDirectory();
            assertThat(run.stepsDone()).isZero();
        }
    }

    @Test
    void examplesWithoutLabelsAreCountedAndLeftOut() {
        EncodedExample unlabelled = TinyModel.example(new int[] {5, 6, 7}, 3);
        List<EncodedExample> mixed = List.of(EXAMPLES.get(0), unlabelled, EXAMPLES.get(1));

        try (TrainingRun run = TrainingRun.start(BASE, ALL_LINEAR, options(4, 1, 1), mixed)) {
            assertThat(run.unlabelledExamples()).isEqualTo(1);
            assertThat(run.step().tokens())
                    .isEqualTo(EXAMPLES.get(0).tokens().length + EXAMPLES.get(1).tokens().length);
        }
        assertThatThrownBy(() -> TrainingRun.start(BASE, ALL_LINEAR, options(4, 1, 1), List.of(unlabelled)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("labelled");
    }

    @Test
    void impossibleExamplesAreRefused() {
        assertRefused(TinyModel.example(new int[] {5, 384}, 1), "token 384");
        assertRefused(TinyModel.example(new int[] {5, -1}, 1), "token -1");
        assertRefused(TinyModel.example(new int[257], 1), "257 tokens");
    }

    private static void assertRefused(EncodedExample example, String reason) {
        assertThatThrownBy(() -> TrainingRun.start(BASE, ALL_LINEAR, options(4, 1, 1), List.of(example)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void bfloat16BaseLearnsLikeFloat32() {
        try (BaseModel half = TinyModel.load(Precision.BFLOAT16);
                TrainingRun wide = TrainingRun.start(BASE, ALL_LINEAR, options(4, 1, 30), EXAMPLES);
                TrainingRun narrow = TrainingRun.start(half, ALL_LINEAR, options(4, 1, 30), EXAMPLES)) {
            double start = wide.evaluate(EXAMPLES);
            while (!wide.finished()) {
                wide.step();
                narrow.step();
            }

            double learnt = start - wide.evaluate(EXAMPLES);
            assertThat(learnt).isGreaterThan(0.3);
            assertThat(start - narrow.evaluate(EXAMPLES)).isCloseTo(learnt, withinPercentage(15));
        }
    }

    private static StepResult firstStep(TrainingOptions options) {
        try (TrainingRun run = TrainingRun.start(BASE, ALL_LINEAR, options, EXAMPLES.subList(0, 8))) {
            return run.step();
        }
    }

    @Test
    void layersComputedAgainGiveTheSameGradients() {
        LoraConfig config = ALL_LINEAR.withDropout(0.2);

        float[] kept = train(config, options(4, 1, 5));

        assertThat(train(config, options(4, 1, 5).withRecompute(true))).containsExactly(kept, within(1e-5f));
    }

    private static float[] train(LoraConfig config, TrainingOptions options) {
        return config.method(BASE.config()).flat(adapter(config, options).tensors());
    }

    private static StoredAdapter adapter(LoraConfig config, TrainingOptions options) {
        try (TrainingRun run = TrainingRun.start(BASE, config, options, EXAMPLES)) {
            while (!run.finished()) {
                run.step();
            }
            return run.adapter();
        }
    }

    private static List<float[]> weights() {
        List<float[]> all = new ArrayList<>();
        for (LinearModule module : LinearModule.of(BASE.config())) {
            all.add(BASE.weight(module.path() + ".weight").toFloatArray());
        }
        return all;
    }
}
