package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.bitfit.BitFitConfig;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.classifier.ClassifierConfig;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.method.ia3.Ia3Config;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraStart;
import dev.lorikeet.engine.method.moe.MoeConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classifiers over the small RoBERTa (three labels of its own) and BERT (five). */
class ClassifierTrainingTest {
    private static final List<String> LABELS = List.of("no", "perhaps", "yes");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, BaseModel> BASES = new LinkedHashMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void load() throws IOException {
        BASES.put("roberta", TinyModel.load("roberta", Precision.FLOAT32));
        BASES.put("bert", load("bert", Precision.FLOAT32));
    }

    private static BaseModel load(String name, Precision precision) throws IOException {
        LoadOptions reference = LoadOptions.reference(name);
        return BaseModel.load(
                Path.of("src/test/resources/encoder", name), new LoadOptions(name, reference.device(), precision, 1));
    }

    @AfterAll
    static void close() {
        BASES.values().forEach(BaseModel::close);
    }

    /** A method over a base. */
    record Case(String base, String name, TrainableConfig method) {
        BaseModel model() {
            BaseModel model = BASES.get(base);
            if (model == null) {
                throw new IllegalStateException(base);
            }
            return model;
        }

        ClassifierConfig config() {
            return new ClassifierConfig(method, LABELS);
        }

        @Override
        public String toString() {
            return name + " over " + base;
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String base : List.of("roberta", "bert")) {
            cases.add(new Case(base, "lora", LoraConfig.allLinear(4, 8)));
            cases.add(new Case(
                    base,
                    "dora",
                    LoraConfig.lora(2, 4, List.of("query", "dense")).withDora(true)));
            cases.add(new Case(
                    base, "pissa", LoraConfig.lora(2, 4, List.of("value")).withStart(LoraStart.PISSA)));
            cases.add(new Case(base, "adalora", adalora()));
            cases.add(new Case(base, "bitfit", BitFitConfig.allLinear()));
            cases.add(new Case(base, "bottleneck", BottleneckConfig.houlsby(4)));
            cases.add(new Case(base, "full", new FullConfig(AdapterConfig.Origin.UNKNOWN)));
            cases.add(new Case(base, "moe", MoeConfig.of(4, 2, 4, List.of("query", "value"))));
        }
        cases.add(new Case("roberta", "ia3", ia3()));
        return cases;
    }

    private static TrainableConfig ia3() {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree("{\"peft_type\": \"IA3\", \"feedforward_modules\":"
                    + " [\"output.dense\"], \"target_modules\": [\"key\", \"value\", \"output.dense\"]}");
            return (Ia3Config) AdapterConfig.read(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TrainableConfig adalora() {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree("{\"peft_type\": \"ADALORA\", \"init_r\": 4, \"target_r\": 2,"
                    + " \"tinit\": 1, \"tfinal\": 1, \"deltaT\": 1, \"lora_alpha\": 8, \"target_modules\": [\"query\","
                    + " \"intermediate.dense\"]}");
            return (TrainableConfig) AdapterConfig.read(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLossFallsAndTheBaseStays(Case one) {
        if (!one.name().equals("adalora")) {
            MethodChecks.learns(one.model(), one.config(), one.name().equals("full") ? 1e-3 : 1e-2);
            return;
        }
        // Some of AdaLoRA's values are pruned, others stay at 0: its own checks follow which.
        List<EncodedExample> examples = MethodChecks.examples(one.model(), one.config());
        try (TrainingRun run = TrainingRun.start(one.model(), one.config(), MethodChecks.options(1e-2, 20), examples)) {
            double first = run.evaluate(examples);
            while (!run.finished()) {
                run.step();
            }
            assertThat(run.evaluate(examples)).isLessThan(0.97 * first);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void servingPutsTextsIntoTheClassesThatTrainingDoes(Case one) throws IOException {
        MethodChecks.serves(one.model(), one.config(), folder);
        StoredAdapter read = StoredAdapter.read(folder, one.model().config());
        assertThat(read.labels()).isEqualTo(LABELS);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aResumedRunIsTheUnbrokenOne(Case one) throws IOException {
        MethodChecks.resumes(one.model(), one.config(), folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "bert"})
    void recomputedLayersGiveTheSameGradient(String base) {
        MethodChecks.recomputes(
                new Case(base, "lora", LoraConfig.allLinear(4, 8)).model(),
                new ClassifierConfig(LoraConfig.allLinear(4, 8), LABELS));
    }

    @Test
    void alsoOverCodesAndInBfloat16() throws IOException {
        ClassifierConfig config = new ClassifierConfig(LoraConfig.allLinear(4, 8), LABELS);
        try (BaseModel plain = load("bert", Precision.FLOAT32)) {
            MethodChecks.learns(plain.quantised(), config, 1e-2);
        }
        try (BaseModel base = load("bert", Precision.BFLOAT16);
                TrainingRun run = TrainingRun.start(
                        base, config, MethodChecks.options(1e-2, 6), MethodChecks.examples(base, config))) {
            while (!run.finished()) {
                run.step();
            }
            run.adapter().write(folder);
            assertThat(AdapterCheck.check(run, folder)).isInstanceOf(AdapterCheck.Result.Sound.class);
        }
    }

    /** The class is which of two tokens a text holds. */
    @ParameterizedTest
    @ValueSource(strings = {"roberta", "bert"})
    void whatCanBeToldApartIsLearned(String name) {
        BaseModel base = new Case(name, "", BitFitConfig.allLinear()).model();
        List<EncodedExample> train = separable(base, 40, 3);
        List<EncodedExample> held = separable(base, 24, 4);
        TrainingOptions options = TrainingOptions.defaults(1)
                .withBatch(8, 1)
                .withLength(new Length.Steps(60))
                .withSchedule(Schedule.constant(1e-2));
        ClassifierConfig config = new ClassifierConfig(LoraConfig.allLinear(4, 8), List.of("left", "right"));
        try (TrainingRun run = TrainingRun.start(base, config, options, train)) {
            Evaluation before = run.measure(held);
            while (!run.finished()) {
                run.step();
            }
            Evaluation after = run.measure(held);
            assertThat(before.accuracy().orElseThrow()).isLessThan(0.8);
            assertThat(after.accuracy().orElseThrow()).isGreaterThan(0.95);
            assertThat(after.loss()).isLessThan(0.5 * before.loss());
        }
    }

    private static List<EncodedExample> separable(BaseModel base, int count, long seed) {
        List<EncodedExample> examples = new ArrayList<>();
        for (EncodedExample random :
                TinyModel.ofClasses(count, seed, 2, base.config().tokenTypes())) {
            EncodedExample.Classified own = random.classified();
            if (own == null) {
                throw new IllegalStateException("no class");
            }
            int[] tokens = random.tokens().clone();
            for (int i = 1; i < tokens.length; i += 3) {
                tokens[i] = own.number() == 0 ? 50 : 60;
            }
            examples.add(EncodedExample.ofClass(own.number(), tokens, own.kinds(), false));
        }
        return examples;
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "bert"})
    void paddingDoesNotChangeATextsLoss(String name) {
        BaseModel base = new Case(name, "", BitFitConfig.allLinear()).model();
        ClassifierConfig config = new ClassifierConfig(LoraConfig.allLinear(4, 8), LABELS);
        List<EncodedExample> examples = MethodChecks.examples(base, config);
        try (TrainingRun run =
                TrainingRun.start(base, config, MethodChecks.options(1e-2, 1).withBatch(7, 1), examples)) {
            run.step();
            double alone = 0;
            for (EncodedExample example : examples) {
                alone += run.evaluate(List.of(example));
            }
            assertThat(run.evaluate(examples)).isCloseTo(alone / examples.size(), within(1e-6));
        }
    }

    /** The same classes as the base's: its classifier is where training begins. */
    @Test
    void aRunBeginsAtTheBasesOwnClassifierWhereItHasAsManyLabels() throws IOException {
        BaseModel base = new Case("roberta", "", BitFitConfig.allLinear()).model();
        ClassifierConfig same = new ClassifierConfig(BitFitConfig.allLinear(), LABELS);
        ClassifierConfig other = new ClassifierConfig(BitFitConfig.allLinear(), List.of("a", "b"));
        String dense = "classifier.dense.weight";
        String out = "classifier.out_proj.weight";

        StoredAdapter fresh = MethodChecks.fresh(base, same);
        assertThat(fresh.tensors().get("base_model.model." + out)).isEqualTo(base.floats(out));
        StoredAdapter own = MethodChecks.fresh(base, other);
        assertThat(own.tensors().get("base_model.model." + dense)).isEqualTo(base.floats(dense));
        float[] drawn = own.tensors().get("base_model.model." + out);
        assertThat(drawn).hasSize(2 * base.config().hiddenSize());
        double square = 0;
        for (float value : drawn) {
            square += value * value;
        }
        assertThat(Math.sqrt(square / drawn.length)).isCloseTo(0.02, within(0.005));
    }

    /** As models saved for masked words. */
    @Test
    void aBaseWithoutClassifierGetsANewOne() throws IOException {
        Path source = TinyModel.FOLDER.resolveSibling("roberta");
        for (String name : List.of("tokenizer.json", "model.safetensors")) {
            Files.copy(source.resolve(name), folder.resolve(name));
        }
        ObjectNode settings =
                (ObjectNode) JSON.readTree(source.resolve("config.json").toFile());
        settings.putArray("architectures").add("RobertaForMaskedLM");
        JSON.writeValue(folder.resolve("config.json").toFile(), settings);
        ClassifierConfig config = new ClassifierConfig(LoraConfig.allLinear(2, 4), LABELS);
        try (BaseModel base = BaseModel.load(folder, LoadOptions.reference("masked"))) {
            MethodChecks.serves(base, config, folder.resolve("adapter"));
        }
    }

    @Test
    void anEncoderIsTrainedForClassesAndADecoderForTokens() {
        BaseModel encoder = new Case("bert", "", BitFitConfig.allLinear()).model();
        List<EncodedExample> classes = TinyModel.ofClasses(3, 1, 3, 2);
        TrainingOptions options = MethodChecks.options(1e-2, 1);
        ClassifierConfig config = new ClassifierConfig(BitFitConfig.allLinear(), LABELS);

        assertThatThrownBy(
                        () -> TrainingRun.start(encoder, BitFitConfig.allLinear(), options, TinyModel.examples(3, 1)))
                .hasMessageContaining("an encoder (bert) is trained to classify texts, and no labels are given");
        assertThatThrownBy(() -> TrainingRun.start(encoder, config, options, TinyModel.examples(3, 1)))
                .hasMessageContaining("example 0 has no class");
        assertThatThrownBy(() -> TrainingRun.start(TinyModel.shared(), LoraConfig.allLinear(2, 4), options, classes))
                .hasMessageContaining("example 0 has a class, and the method predicts tokens");
        assertThatThrownBy(() -> TrainingRun.start(TinyModel.shared(), config, options, classes))
                .hasMessageContaining("over encoders alone, not over a llama");
        assertThatThrownBy(() -> TrainingRun.start(encoder, config, options.withPacking(64), classes))
                .hasMessageContaining("packing is not possible");
        EncodedExample beyond = EncodedExample.ofClass(3, new int[] {1, 2}, new int[2], false);
        assertThatThrownBy(() -> TrainingRun.start(encoder, config, options, List.of(beyond)))
                .hasMessageContaining("example 0 has class 3 of 3");
        EncodedExample third = EncodedExample.ofClass(0, new int[] {1, 2}, new int[] {0, 2}, false);
        assertThatThrownBy(() -> TrainingRun.start(encoder, config, options, List.of(third)))
                .hasMessageContaining("token kind 2 of 2");
    }
}
