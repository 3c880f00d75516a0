package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.MergedTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BottleneckTrainingTest {
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100};

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    static List<BottleneckConfig> configs() {
        return List.of(BottleneckConfig.houlsby(6), BottleneckConfig.pfeiffer(6));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void lossFallsAndOnlyTheAdapterMoves(BottleneckConfig config) {
        MethodChecks.learns(BASE, config, 1e-2);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void trainedAdapterIsTheSameToServing(BottleneckConfig config) throws IOException {
        MethodChecks.serves(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void resumedRunIsTheUnbrokenOneBitForBit(BottleneckConfig config) throws IOException {
        MethodChecks.resumes(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void recomputedLayersGiveTheSameGradient(BottleneckConfig config) {
        MethodChecks.recomputes(BASE, config);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void trainedAdapterReadsBackAndIsNoChangeOfWeights(BottleneckConfig config) throws IOException {
        StoredAdapter adapter =
                MethodChecks.roundTrip(MethodChecks.trained(BASE, config, 1e-2, 2), BASE, folder.resolve("adapter"));

        assertThat(adapter.effects(BASE.config(), BASE::floats).bottlenecks())
                .hasSize(3 * config.sites().size())
                .allMatch(bottleneck -> config.sites().contains(bottleneck.site()));
        try (ModelFiles files = ModelFiles.open(TinyModel.FOLDER)) {
            assertThatThrownBy(() -> new MergedTensors(files.weights(), files.config(), adapter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be merged");
        }
    }

    @Test
    void freshAdapterLeavesTheBaseAsItIs() {
        StoredAdapter fresh = MethodChecks.fresh(BASE, BottleneckConfig.houlsby(6));
        StoredAdapter lora = MethodChecks.fresh(BASE, LoraConfig.lora(1, 1, List.of("o_proj")));

        assertThat(MethodChecks.logits(BASE, fresh, TEXT)).isEqualTo(MethodChecks.logits(BASE, lora, TEXT));
    }

    /**
     * With biases that keep every inner value above zero the network is linear: h + up down h, which is LoRA on the
     * sublayer's last module with A = down W, B = up.
     */
    @Test
    void linearBottleneckIsLoraOnWhatItFollows() {
        BottleneckConfig config =
                new BottleneckConfig(4, BottleneckConfig.houlsby(4).sites(), AdapterConfig.Origin.UNKNOWN);
        LoraConfig lora = LoraConfig.lora(4, 4, List.of("o_proj", "down_proj"));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        Map<String, float[]> own = new LinkedHashMap<>();
        Map<String, float[]> same = new LinkedHashMap<>();
        int hidden = BASE.config().hiddenSize();
        for (Effects.Site site : Effects.Site.values()) {
            for (int layer = 0; layer < 3; layer++) {
                boolean attention = site == Effects.Site.ATTENTION;
                String block = "model.layers." + layer + ".";
                String module = block + (attention ? "self_attn.o_proj" : "mlp.down_proj");
                String adapter =
                        "base_model.model." + block + (attention ? "attention_adapter." : "feed_forward_adapter.");
                float[] down = random(random, 4 * hidden);
                float[] up = random(random, hidden * 4);
                float[] shift = new float[hidden];
                for (int row = 0; row < hidden; row++) {
                    for (int inner = 0; inner < 4; inner++) {
                        shift[row] -= 16 * up[row * 4 + inner];
                    }
                }
                float[] sixteen = new float[4];
                Arrays.fill(sixteen, 16);
                own.put(adapter + "down.weight", down);
                own.put(adapter + "down.bias", sixteen);
                own.put(adapter + "up.weight", up);
                own.put(adapter + "up.bias", shift);
                same.put("base_model.model." + module + ".lora_A.weight", times(down, BASE.floats(module + ".weight")));
                same.put("base_model.model." + module + ".lora_B.weight", up);
            }
        }

        float[] expected = MethodChecks.logits(
                BASE, new StoredAdapter(lora, AdapterTensors.of(lora.tensors(BASE.config()), same)), TEXT);
        assertThat(MethodChecks.logits(
                        BASE, new StoredAdapter(config, AdapterTensors.of(config.tensors(BASE.config()), own)), TEXT))
                .containsExactly(expected, within(1e-3f));
        assertThat(largest(expected)).isGreaterThan(0.1f);
    }

    private static float[] random(RandomGenerator random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian(0, 0.2);
        }
        return values;
    }

    /** (4, hidden) times (hidden, inputs). */
    private static float[] times(float[] down, float[] weight) {
        int hidden = down.length / 4;
        int inputs = weight.length / hidden;
        float[] product = new float[4 * inputs];
        for (int row = 0; row < 4; row++) {
            for (int inner = 0; inner < hidden; inner++) {
                for (int column = 0; column < inputs; column++) {
                    product[row * inputs + column] += down[row * hidden + inner] * weight[inner * inputs + column];
                }
            }
        }
        return product;
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    @Test
    void tensorsAreNamedByLayerAndSublayer() {
        assertThat(BottleneckConfig.pfeiffer(6).tensors(BASE.config()).stream()
                        .map(TensorSpec::name)
                        .limit(4))
                .containsExactly(
                        "base_model.model.model.layers.0.feed_forward_adapter.down.weight",
                        "base_model.model.model.layers.0.feed_forward_adapter.down.bias",
                        "base_model.model.model.layers.0.feed_forward_adapter.up.weight",
                        "base_model.model.model.layers.0.feed_forward_adapter.up.bias");
    }

    @Test
    void anotherNonLinearityIsRefusedByName() throws IOException {
        Path file = folder.resolve(AdapterConfig.FILE);
        Files.writeString(
                file,
                "{\"peft_type\":\"BOTTLENECK\",\"bottleneck_size\":4,\"after_attention\":true,\"non_linearity\":\"tanh\"}");

        assertThatThrownBy(() -> AdapterConfig.read(file))
                .isInstanceOf(UnsupportedAdapterException.class)
                .hasMessageContaining("tanh");
    }
}
