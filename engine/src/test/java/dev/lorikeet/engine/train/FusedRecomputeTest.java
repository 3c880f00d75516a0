package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Precision;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hand-written pass with layers computed again against the one that keeps them. */
class FusedRecomputeTest {
    private static BaseModel base;

    @BeforeAll
    static void load() {
        base = TinyModel.load(Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    static List<LoraConfig> configs() {
        return List.of(
                LoraConfig.allLinear(4, 8),
                LoraConfig.lora(2, 4, List.of("q_proj", "down_proj")),
                LoraConfig.lora(2, 4, List.of("layers.1.mlp.up_proj", "layers.2.self_attn.o_proj")),
                LoraConfig.lora(2, 4, List.of("layers.2.mlp.down_proj")));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void gradientsAndLossesAreTheSameBitForBit(LoraConfig config) {
        for (double dropout : new double[] {0, 0.3}) {
            for (int packing : new int[] {0, 60}) {
                Gradient kept = gradient(config, dropout, packing, false, base);
                Gradient again = gradient(config, dropout, packing, true, base);
                Gradient packed = gradient(config, dropout, packing, true, base.quantised());

                assertThat(again.loss).isEqualTo(kept.loss);
                assertThat(again.values).isEqualTo(kept.values);
                assertThat(packed.values).isEqualTo(gradient(config, dropout, packing, false, base.quantised()).values);
                assertThat(packed.values).isNotEqualTo(kept.values);
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Gradient(double loss, float[] values) {}

    private static Gradient gradient(
            LoraConfig config, double dropout, int packing, boolean recompute, BaseModel model) {
        TrainedMethod method = config.method(model.config());
        float[] values = method.initial(5, model::floats);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (0.05 * random.nextGaussian());
        }
        Checkpoint.Vectors start = Checkpoint.Vectors.starting(values, new float[0]);
        try (TrainingScript script = new TrainingScript(model, method, recompute, start)) {
            double loss = 0;
            for (MicroBatch batch : MicroBatch.of(TinyModel.examples(9, 4), new Batching(4, 1, packing), null)) {
                loss += script.accumulate(batch, dropout, 11);
            }
            return new Gradient(loss, script.sums());
        }
    }
}
