package dev.lorikeet.engine.method.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.ParameterGroup;
import dev.lorikeet.engine.train.TinyModel;
import dev.lorikeet.engine.train.TrainedMethod;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LoraTrainingTest {
    private static ModelConfig model;

    @BeforeAll
    static void read() throws IOException {
        try (ModelFiles files = ModelFiles.open(TinyModel.FOLDER)) {
            model = files.config();
        }
    }

    @Test
    void vectorAndAdapterAreTheSameNumbers() {
        LoraTraining method = new LoraTraining(patterned(), model);
        float[] values = new float[method.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }

        StoredAdapter adapter = method.stored(values, new float[0]);

        assertThat(method.flat(adapter.tensors())).isEqualTo(values);
        assertThat(LoraFactors.of(adapter).stream()
                        .mapToInt(factor -> factor.a().length + factor.b().length)
                        .sum())
                .isEqualTo(values.length);
    }

    @Test
    void freshFactorsAreUniformAAndZeroB() {
        StoredAdapter adapter = method(LoraConfig.allLinear(8, 16), 1);

        for (LoraFactors factor : LoraFactors.of(adapter)) {
            double bound = 1 / Math.sqrt((double) factor.a().length / factor.rank());
            double squares = 0;
            for (float value : factor.a()) {
                assertThat((double) value).isBetween(-bound, bound);
                squares += (double) value * value;
            }
            // The variance of a uniform distribution in +-bound is bound^2 / 3.
            assertThat(squares / factor.a().length / (bound * bound / 3)).isBetween(0.75, 1.25);
            assertThat(factor.b()).containsOnly(0f);
        }
    }

    @Test
    void modulesStartDifferently() {
        List<LoraFactors> factors = LoraFactors.of(method(LoraConfig.lora(8, 16, List.of("q_proj", "k_proj")), 1));

        assertThat(factors.get(0).a()).isNotEqualTo(factors.get(1).a());
        assertThat(factors.get(0).a())
                .isNotEqualTo(LoraFactors.of(method(LoraConfig.lora(8, 16, List.of("q_proj")), 2))
                        .get(0)
                        .a());
    }

    @Test
    void partsThatShareAnInputAreStacked() {
        LoraTraining method = new LoraTraining(patterned(), model);
        long[] shapes = method.shapes();

        // Layer 0: k has rank 2 and q rank 3 over one input of 64; then down of rank 3 over 160.
        assertThat(shapes).startsWith(5, 64, 3, 160);
        assertThat(method.index()).startsWith(0, -1, -1, 1);
        long elements = 0;
        for (int i = 0; i < shapes.length; i += 2) {
            elements += shapes[i] * shapes[i + 1];
        }
        assertThat(elements).isEqualTo(method.size());
    }

    @Test
    void onlyFactorsOfTheBlocksArePlain() {
        LoraConfig plain = LoraConfig.allLinear(4, 8);

        assertThat(plain.method(model).plainLora()).isTrue();
        assertThat(plain.withDora(true).method(model).plainLora()).isFalse();
        assertThat(plain.withForm(new LoraForm(false, true, SavedModules.NONE))
                        .method(model)
                        .plainLora())
                .isFalse();
        for (String target : List.of("lm_head", "embed_tokens")) {
            assertThat(LoraConfig.lora(4, 8, List.of("q_proj", target))
                            .method(model)
                            .plainLora())
                    .isFalse();
        }
    }

    @Test
    void loraPlusMovesBAndTheEmbeddingAtTheirOwnRates() {
        TrainedMethod method =
                LoraConfig.lora(4, 8, List.of("q_proj", "embed_tokens")).method(model);

        List<ParameterGroup> groups = method.groups(1e-3, 0.1, new FactorRates(16, 0.01));

        assertThat(groups).extracting(ParameterGroup::learningRate).containsExactly(1e-3, 1e-3 * 0.01, 1e-3 * 16);
        assertThat(groups).extracting(ParameterGroup::weightDecay).containsOnly(0.1);
        assertThat(groups.stream().mapToInt(ParameterGroup::length).sum()).isEqualTo(method.size());
        assertThatThrownBy(() -> new FactorRates(0, 1)).hasMessageContaining("B");
    }

    private static StoredAdapter method(LoraConfig config, long seed) {
        LoraTraining method = new LoraTraining(config, model);
        return method.stored(method.initial(seed, name -> new float[0]), new float[0]);
    }

    private static LoraConfig patterned() {
        return new LoraConfig(
                new LoraScaling(3, 6, false, Map.of("k_proj", 2), Map.of("k_proj", 5.0)),
                ModuleSelection.of(new TargetModules.Names(List.of("q_proj", "k_proj", "down_proj"))),
                0,
                AdapterConfig.Origin.UNKNOWN);
    }
}
