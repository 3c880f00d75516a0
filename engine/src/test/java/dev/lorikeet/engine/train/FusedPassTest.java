package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.script.TensorRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hand-written backward against autograd's, the slow way that is also the reference. */
class FusedPassTest {
    private static final List<String> NAMES =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private static BaseModel base;

    @BeforeAll
    static void load() {
        base = TinyModel.load(Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        TensorRuntime.start(1);
        base.close();
    }

    /** What one pass over a batch gives. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Gradient(double loss, float[] values) {}

    @Test
    void everySubsetOfTargetsHasAutogradsGradient() {
        List<MicroBatch> batches = batches(4, 3);
        for (int subset = 1; subset < (1 << NAMES.size()); subset++) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < NAMES.size(); i++) {
                if ((subset & (1 << i)) != 0) {
                    names.add(NAMES.get(i));
                }
            }

            assertSame(LoraConfig.lora(3, 6, names), batches.subList(0, 1), 0);
        }
    }

    @Test
    void ranksAndScalingsMayDiffer() {
        LoraScaling scaling = new LoraScaling(
                4,
                8,
                true,
                Map.of("k_proj", 2, "layers.1.mlp.up_proj", 7, "layers.2.self_attn.v_proj", 1),
                Map.of("q_proj", 3.0, "down_proj", 1.5));
        LoraConfig config = new LoraConfig(
                scaling, ModuleSelection.of(new TargetModules.Names(NAMES)), 0, AdapterConfig.Origin.UNKNOWN);

        assertSame(config, batches(5, 4), 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anyLayerMayBeTheLowest(int layer) {
        for (String name : NAMES) {
            assertSame(LoraConfig.lora(2, 4, List.of("layers." + layer + "." + path(name))), batches(2, 2), 0);
        }
    }

    private static String path(String name) {
        return (name.matches("gate_proj|up_proj|down_proj") ? "mlp." : "self_attn.") + name;
    }

    @Test
    void dropoutDrawsTheSameMasks() {
        assertSame(LoraConfig.allLinear(4, 8), batches(6, 3), 0.3);
        assertSame(LoraConfig.lora(4, 8, List.of("v_proj", "down_proj")), batches(6, 3), 0.5);
    }

    @Test
    void longRowsAttendInBlocks() {
        List<MicroBatch> batches =
                MicroBatch.of(List.of(TinyModel.example(tokens(250, 1), 100), TinyModel.example(tokens(129, 2), 5)), 2);

        assertSame(LoraConfig.allLinear(4, 8), batches, 0);
    }

    @Test
    void lanesGiveTheSameGradientAsOne() {
        List<MicroBatch> batches = batches(8, 4);
        for (double dropout : new double[] {0, 0.3}) {
            Gradient one = gradient(base, LoraConfig.allLinear(4, 8), batches, dropout, true);
            TensorRuntime.start(2);
            Gradient two = gradient(base, LoraConfig.allLinear(4, 8), batches, dropout, true);
            Gradient again = gradient(base, LoraConfig.allLinear(4, 8), batches, dropout, true);
            TensorRuntime.start(1);

            assertClose(two, one, 1e-5);
            assertThat(again.values()).isEqualTo(two.values());
            assertThat(again.loss()).isEqualTo(two.loss());
        }
    }

    @Test
    void biasesOfQwen2ArePartOfIt() throws IOException {
        try (BaseModel model = family("qwen2")) {
            assertClose(
                    gradient(model, LoraConfig.allLinear(4, 8), batches(4, 4), 0, true),
                    gradient(model, LoraConfig.allLinear(4, 8), batches(4, 4), 0, false),
                    1e-5);
        }
    }

    @Test
    void windowThatLongRowsFeelIsAutogradsWork() throws IOException {
        try (BaseModel model = family("mistral")) {
            int window = model.config().window().length();
            List<MicroBatch> fits = MicroBatch.of(List.of(TinyModel.example(tokens(window, 1), 4)), 1);
            List<MicroBatch> longer = MicroBatch.of(List.of(TinyModel.example(tokens(window + 1, 1), 4)), 1);
            LoraConfig config = LoraConfig.allLinear(4, 8);

            assertClose(gradient(model, config, fits, 0, true), gradient(model, config, fits, 0, false), 1e-5);
            assertThat(gradient(model, config, longer, 0, true).values())
                    .isEqualTo(gradient(model, config, longer, 0, false).values());
        }
    }

    private static BaseModel family(String name) throws IOException {
        Path folder = TinyModel.CONFORMANCE.resolve("models").resolve(name);
        BaseModel model = BaseModel.load(folder, LoadOptions.reference(name));
        TensorRuntime.start(1);
        return model;
    }

    @Test
    void partsOfAStepAreTimed() {
        try (TrainingProfile profile = new TrainingProfile(base, 2, 16, 4, 2)) {
            Map<String, Double> parts = profile.measure(2);

            assertThat(parts)
                    .containsOnlyKeys("projections", "adapters", "attention", "norms", "gate", "loss", "optimizer");
            assertThat(parts.get("projections")).isPositive();
        }
    }

    @Test
    void bfloat16IsAsCloseToFloat32AsAutogradIs() {
        try (BaseModel half = TinyModel.load(Precision.BFLOAT16)) {
            LoraConfig config = LoraConfig.allLinear(4, 8);
            List<MicroBatch> batches = batches(4, 4);
            Gradient exact = gradient(base, config, batches, 0, false);
            double autograd = distance(gradient(half, config, batches, 0, false), exact);
            double fused = distance(gradient(half, config, batches, 0, true), exact);

            assertThat(fused).isLessThan(1.2 * autograd);
        }
    }

    private static void assertSame(LoraConfig config, List<MicroBatch> batches, double dropout) {
        assertClose(
                gradient(base, config, batches, dropout, true), gradient(base, config, batches, dropout, false), 1e-5);
    }

    private static void assertClose(Gradient ours, Gradient reference, double tolerance) {
        assertThat(ours.loss()).isCloseTo(reference.loss(), within(tolerance * reference.loss()));
        assertThat(distance(ours, reference)).isLessThan(tolerance);
    }

    /** Euclidean, relative to the reference's length. */
    private static double distance(Gradient ours, Gradient reference) {
        double apart = 0;
        double size = 0;
        for (int i = 0; i < reference.values().length; i++) {
            double difference = (double) ours.values()[i] - reference.values()[i];
            apart += difference * difference;
            size += (double) reference.values()[i] * reference.values()[i];
        }
        assertThat(size).isPositive();
        return Math.sqrt(apart / size);
    }

    private static Gradient gradient(
            BaseModel model, LoraConfig config, List<MicroBatch> batches, double dropout, boolean fast) {
        TrainedMethod method = config.method(model.config());
        float[] values = new float[method.size()];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        Checkpoint.Vectors start = Checkpoint.Vectors.starting(values, new float[0]);
        try (TrainingScript script = new TrainingScript(model, method, false, start, fast)) {
            double loss = 0;
            for (int i = 0; i < batches.size(); i++) {
                loss += script.accumulate(batches.get(i), dropout, 1000 + i);
            }
            return new Gradient(loss, script.sums());
        }
    }

    /** Rows of unequal lengths. */
    private static List<MicroBatch> batches(int examples, int rows) {
        List<EncodedExample> data = TinyModel.examples(examples, 7);
        return MicroBatch.of(data, rows);
    }

    private static int[] tokens(int count, long seed) {
        return new SplittableRandom(seed).ints(count, 3, 384).toArray();
    }
}
