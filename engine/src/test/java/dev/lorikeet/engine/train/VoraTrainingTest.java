package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.Feed;
import dev.lorikeet.engine.decode.NextToken;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.image.InvalidImageException;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.engine.image.Shapes;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.vora.VoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VoraTrainingTest {
    private static final Grid GRID = new Grid(16, 4);
    private static final VoraConfig CONFIG = VoraConfig.of(GRID, 4, 8, 2);
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100};
    /** Tokens of the answers: a colour, then a form. */
    private static final int FIRST_COLOUR = 40;

    private static final int FIRST_FORM = 60;

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    @Test
    void lossFallsAndOnlyTheAdapterMoves() {
        MethodChecks.learns(BASE, CONFIG, 1e-2);
    }

    @Test
    void trainedAdapterIsTheSameToServing() throws IOException {
        MethodChecks.serves(BASE, CONFIG, folder);
    }

    @Test
    void resumedRunIsTheUnbrokenOneBitForBit() throws IOException {
        MethodChecks.resumes(BASE, CONFIG.withDropout(0.1), folder);
    }

    @Test
    void recomputedLayersGiveTheSameGradient() {
        MethodChecks.recomputes(BASE, CONFIG);
    }

    /** SmolLM2's widths and grouped heads, fewer layers. */
    @ParameterizedTest
    @EnumSource
    void learnsOverTheShapeOfARealModelAndIsServedAlike(Precision precision) throws IOException {
        Dimensions shape = new Dimensions(384, 576, 3, new Dimensions.Attention(9, 3, 64), 1536, 128);
        RandomModel.write(folder.resolve("base"), 5, shape, Family.LLAMA);
        LoadOptions options = new LoadOptions("shaped", Device.cpu(), precision, 0);
        try (BaseModel base = BaseModel.load(folder.resolve("base"), options)) {
            MethodChecks.learns(base, CONFIG, 1e-2);

            TrainingOptions steps = MethodChecks.options(1e-2, 6);
            try (TrainingRun run = TrainingRun.start(base, CONFIG, steps, MethodChecks.examples(base, CONFIG))) {
                while (!run.finished()) {
                    run.step();
                }
                run.adapter().write(folder.resolve("adapter"));
                assertThat(AdapterCheck.check(run, folder.resolve("adapter")))
                        .isInstanceOfSatisfying(
                                AdapterCheck.Result.Sound.class,
                                sound -> assertThat(sound.logitDifference())
                                        .isLessThan(precision == Precision.FLOAT32 ? 1e-4 : 0.1));
            }
        }
    }

    @Test
    void trainedAdapterReadsBack() throws IOException {
        StoredAdapter adapter =
                MethodChecks.roundTrip(MethodChecks.trained(BASE, CONFIG, 1e-2, 2), BASE, folder.resolve("adapter"));

        assertThat(adapter.tensors().specs())
                .filteredOn(spec -> spec.name().contains("lora_A"))
                .hasSize(14)
                .allMatch(
                        spec -> spec.name().contains("layers.0.") || spec.name().contains("layers.1."));
    }

    /** Patches of nothing in particular. */
    private static Patches picture(long seed) {
        RandomGenerator random = random(seed);
        float[] values = new float[GRID.patches() * GRID.values()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return new Patches(GRID, values);
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static float[] served(BaseModel model, StoredAdapter adapter, int[] text, Patches picture) {
        try (ResidentAdapter resident = model.attach(adapter);
                Decoder decoder = new Decoder(model, 1, 64)) {
            return decoder.logits(List.of(text), List.of(resident), List.of(picture))
                    .getFirst();
        }
    }

    @Test
    void mergedModelWithTheEmbeddingAloneGivesTheSameLogits() throws IOException {
        StoredAdapter adapter = MethodChecks.trained(BASE, CONFIG, 1e-2, 8);
        StoredAdapter rest = MethodChecks.roundTrip(VoraConfig.withoutLora(adapter), BASE, folder);
        float[] expected = served(BASE, adapter, TEXT, picture(1));

        try (BaseModel merged =
                BaseModel.loadMerged(ModelFiles.open(TinyModel.FOLDER), adapter, LoadOptions.reference("merged"))) {
            assertThat(served(merged, rest, TEXT, picture(1))).containsExactly(expected, within(1e-4f));
        }
        assertThat(served(BASE, rest, TEXT, picture(1))).isNotEqualTo(expected);
    }

    @Test
    void patchesSeeEachOtherAndTextSeesWhatIsBehind() {
        StoredAdapter adapter = MethodChecks.trained(BASE, CONFIG, 1e-2, 8);
        Patches picture = picture(2);
        float[] values = picture.values().clone();
        values[values.length - 1] += 0.5f;
        int[] otherEnd = TEXT.clone();
        otherEnd[TEXT.length - 1] = 8;

        float[] plain = served(BASE, adapter, TEXT, picture);
        float[] lastPatch = served(BASE, adapter, TEXT, new Patches(GRID, values));
        float[] lastToken = served(BASE, adapter, otherEnd, picture);

        int vocabulary = BASE.config().vocabularySize();
        int last = (GRID.patches() + TEXT.length - 1) * vocabulary;
        assertThat(Arrays.copyOf(lastPatch, vocabulary)).isNotEqualTo(Arrays.copyOf(plain, vocabulary));
        assertThat(Arrays.copyOf(lastToken, last)).isEqualTo(Arrays.copyOf(plain, last));
        assertThat(lastToken).isNotEqualTo(plain);
    }

    @Test
    void trainingSeesAPictureAsServingDoesWherePicturesDiffer() {
        StoredAdapter adapter = MethodChecks.trained(BASE, CONFIG, 1e-2, 8);
        try (TrainingRun run =
                TrainingRun.startFrom(BASE, adapter, MethodChecks.options(1e-3, 1), pictured(questions(4, 1)))) {
            for (long seed = 3; seed < 6; seed++) {
                float[] all = served(BASE, adapter, TEXT, picture(seed));
                float[] own =
                        Arrays.copyOfRange(all, GRID.patches() * BASE.config().vocabularySize(), all.length);
                assertThat(run.logits(TEXT, picture(seed))).containsExactly(own, within(1e-4f));
            }
        }
    }

    /** Learned positions, a window shorter than a picture, norms of heads. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "mistral", "qwen3"})
    void otherFamiliesTrainAndServeTheSame(String family) throws IOException {
        LoadOptions reference = LoadOptions.reference(family);
        try (BaseModel model = BaseModel.load(
                TinyModel.CONFORMANCE.resolve("models").resolve(family),
                new LoadOptions(family, reference.device(), Precision.FLOAT32, 1))) {
            MethodChecks.serves(model, CONFIG, folder);
        }
    }

    @Test
    void aPictureSharesABatchWithOthersTexts() {
        StoredAdapter reader = MethodChecks.trained(BASE, CONFIG, 1e-2, 8);
        StoredAdapter writer = MethodChecks.trained(BASE, LoraConfig.allLinear(2, 4), 1e-2, 8);
        try (ResidentAdapter seeing = BASE.attach(reader);
                ResidentAdapter other = BASE.attach(writer);
                Decoder decoder = new Decoder(BASE, 4, 64)) {
            List<Integer> about1 = generate(decoder, 6, decoder.open(TEXT, seeing, picture(1), SamplingOptions.GREEDY));
            List<Integer> about2 = generate(decoder, 6, decoder.open(TEXT, seeing, picture(2), SamplingOptions.GREEDY));
            List<Integer> text = generate(decoder, 8, decoder.open(TEXT, other, SamplingOptions.GREEDY));

            Sequence running = decoder.open(TEXT, other, SamplingOptions.GREEDY);
            List<Integer> mixed =
                    new ArrayList<>(generateOpen(decoder, 2, List.of(running)).getFirst());
            Sequence first = decoder.open(TEXT, seeing, picture(1), SamplingOptions.GREEDY);
            Sequence second = decoder.open(TEXT, seeing, picture(2), SamplingOptions.GREEDY);
            // The second begins in two chunks, beside the others' steps.
            decoder.step(List.of(new Feed(second, 2), new Feed(running, 1))).forEach(next -> mixed.add(next.token()));
            List<List<Integer>> together = generateOpen(decoder, 6, List.of(running, first, second));
            mixed.addAll(together.getFirst());

            assertThat(together.get(1)).isEqualTo(about1);
            assertThat(together.get(2)).isEqualTo(about2);
            assertThat(mixed.subList(0, 8)).isEqualTo(text);
        }
    }

    private static List<Integer> generate(Decoder decoder, int count, Sequence sequence) {
        List<Integer> tokens = generateOpen(decoder, count, List.of(sequence)).getFirst();
        decoder.close(sequence);
        return tokens;
    }

    private static List<List<Integer>> generateOpen(Decoder decoder, int count, List<Sequence> sequences) {
        List<List<Integer>> tokens = new ArrayList<>();
        sequences.forEach(sequence -> tokens.add(new ArrayList<>()));
        for (int i = 0; i < count; i++) {
            List<Feed> feeds = sequences.stream()
                    .map(sequence -> new Feed(sequence, sequence.pending()))
                    .toList();
            for (NextToken next : decoder.step(feeds)) {
                tokens.get(sequences.indexOf(next.sequence())).add(next.token());
            }
        }
        return tokens;
    }

    @Test
    void aPictureThatTheAdapterDoesNotReadIsRefused() {
        StoredAdapter reader = MethodChecks.fresh(BASE, CONFIG);
        Patches other = new Patches(new Grid(4, 4), new float[48]);
        try (ResidentAdapter seeing = BASE.attach(reader);
                Decoder decoder = new Decoder(BASE, 1, 64)) {
            assertThatThrownBy(() -> decoder.open(TEXT, seeing, SamplingOptions.GREEDY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not text alone");
            assertThatThrownBy(() -> decoder.open(TEXT, seeing, other, SamplingOptions.GREEDY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("side=4");
            assertThatThrownBy(() -> decoder.open(TEXT, null, other, SamplingOptions.GREEDY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reads no image");
        }
    }

    @Test
    void examplesMustHaveWhatTheMethodReads() {
        List<EncodedExample> texts = TinyModel.examples(3, 1);

        assertThatThrownBy(() -> TrainingRun.start(BASE, CONFIG, MethodChecks.options(1e-3, 1), texts))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example 0 has no image");
        assertThatThrownBy(() -> TrainingRun.start(
                        BASE, LoraConfig.allLinear(2, 4), MethodChecks.options(1e-3, 1), pictured(questions(3, 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example 0 has an image");
    }

    @Test
    void moreBlocksThanTheModelHasAreRefused() {
        assertThatThrownBy(() -> VoraConfig.of(GRID, 4, 8, 4).method(BASE.config()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 layers");
    }

    /** A question, the same for all, and what is to be seen. */
    private record Question(EncodedExample text, EncodedExample pictured) {}

    private static List<Question> questions(int count, long seed) {
        RandomGenerator random = random(seed);
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int colour = random.nextInt(Shapes.COLOURS.size());
            int form = random.nextInt(Shapes.FORMS.size());
            EncodedExample text = TinyModel.example(new int[] {5, 6, FIRST_COLOUR + colour, FIRST_FORM + form}, 2);
            questions.add(new Question(text, text.withImage(Shapes.draw(colour, form, random))));
        }
        return questions;
    }

    private static List<EncodedExample> pictured(List<Question> questions) {
        return questions.stream().map(Question::pictured).toList();
    }

    /** The checked result: pictures never seen are named, and are not when the same texts are learned without them. */
    @Test
    void picturesNeverSeenAreNamedAndWithoutPicturesNothingIs() throws InvalidImageException {
        List<Question> learned = questions(480, 11);
        List<Question> held = questions(120, 12);
        TrainingOptions options = TrainingOptions.defaults(1)
                .withBatch(16, 1)
                .withLength(new Length.Steps(600))
                .withSchedule(Schedule.cosine(3e-3, 20));
        StoredAdapter seeing = train(VoraConfig.of(new Grid(32, 8), 32, 64, 0), options, pictured(learned));
        StoredAdapter blind = train(
                LoraConfig.allLinear(8, 16),
                options,
                learned.stream().map(Question::text).toList());

        double right = right(seeing, held, new Grid(32, 8));
        double guessed = right(blind, held, null);

        // Of 12 equally likely answers one is right by chance.
        assertThat(right).isGreaterThan(0.6);
        assertThat(guessed).isLessThan(0.25);
    }

    private static StoredAdapter train(TrainableConfig config, TrainingOptions options, List<EncodedExample> examples) {
        try (TrainingRun run = TrainingRun.start(BASE, config, options, examples)) {
            while (!run.finished()) {
                run.step();
            }
            return run.adapter();
        }
    }

    /** The part of the questions of which both tokens of the answer are the likeliest. */
    private static double right(StoredAdapter adapter, List<Question> questions, @Nullable Grid grid)
            throws InvalidImageException {
        int vocabulary = BASE.config().vocabularySize();
        int right = 0;
        try (ResidentAdapter resident = BASE.attach(adapter);
                Decoder decoder = new Decoder(BASE, 1, 64)) {
            for (Question question : questions) {
                List<@Nullable ResidentAdapter> adapters = List.of(resident);
                List<@Nullable Patches> pictures =
                        Collections.singletonList(grid == null ? null : MicroBatch.picture(question.pictured(), grid));
                int[] tokens = question.text().tokens();
                float[] logits =
                        decoder.logits(List.of(tokens), adapters, pictures).getFirst();
                int front = logits.length / vocabulary - tokens.length;
                boolean good = true;
                for (int i = 2; i < tokens.length; i++) {
                    int from = (front + i - 1) * vocabulary;
                    good &= likeliest(Arrays.copyOfRange(logits, from, from + vocabulary)) == tokens[i];
                }
                right += good ? 1 : 0;
            }
        }
        return (double) right / questions.size();
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}
