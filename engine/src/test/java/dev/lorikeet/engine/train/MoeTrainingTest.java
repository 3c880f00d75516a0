package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.MergedTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.moe.MoeConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MoeTrainingTest {
    private static final List<String> TARGETS = List.of("q_proj", "v_proj", "down_proj");
    private static final MoeConfig CONFIG = MoeConfig.of(4, 3, 6, TARGETS);
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100};

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    @Test
    void lossFallsAndOnlyExpertsAndRoutersMove() {
        MethodChecks.learns(BASE, CONFIG, 1e-2);
    }

    @Test
    void resumedRunIsTheUnbrokenOneBitForBit() throws IOException {
        MethodChecks.resumes(BASE, CONFIG, folder);
    }

    @Test
    void trainedExpertsAreTheSameToServing() throws IOException {
        MethodChecks.serves(BASE, CONFIG, folder);
    }

    @Test
    void trainedExpertsReadBackAndCannotBeMerged() throws IOException {
        StoredAdapter adapter =
                MethodChecks.roundTrip(MethodChecks.trained(BASE, CONFIG, 1e-2, 2), BASE, folder.resolve("adapter"));

        try (ModelFiles files = ModelFiles.open(TinyModel.FOLDER)) {
            assertThatThrownBy(() -> new MergedTensors(files.weights(), files.config(), adapter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be merged");
        }
    }

    /** Gates that sum to one over experts that are all alike are one expert, whatever the router says. */
    @Test
    void gatesSumToOne() {
        LoraConfig one = LoraConfig.lora(3, 6, TARGETS);
        Map<String, float[]> single = new LinkedHashMap<>();
        Map<String, float[]> alike = new LinkedHashMap<>();
        for (TensorSpec spec : one.tensors(BASE.config())) {
            float[] values = new float[spec.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = 0.2f * (float) Math.sin(i + values.length);
            }
            single.put(spec.name(), values);
            alike.put(spec.name(), repeated(values, spec));
        }
        for (TensorSpec spec : CONFIG.tensors(BASE.config())) {
            if (spec.name().endsWith("router.weight")) {
                float[] router = new float[spec.elements()];
                for (int i = 0; i < router.length; i++) {
                    router[i] = (float) Math.cos(i * i);
                }
                alike.put(spec.name(), router);
            }
        }

        float[] expected = MethodChecks.logits(
                BASE, new StoredAdapter(one, AdapterTensors.of(one.tensors(BASE.config()), single)), TEXT);
        assertThat(MethodChecks.logits(
                        BASE, new StoredAdapter(CONFIG, AdapterTensors.of(CONFIG.tensors(BASE.config()), alike)), TEXT))
                .containsExactly(expected, within(1e-4f));
    }

    /** Four times the same: A (3, in) by rows, B (out, 3) by columns. */
    private static float[] repeated(float[] values, TensorSpec spec) {
        float[] all = new float[4 * values.length];
        int block = spec.name().contains("lora_A") ? values.length : 3;
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i / (4 * block) * block + i % block];
        }
        return all;
    }

    @Test
    void uniformRoutingCostsTheBalancesWeight() {
        float[] values = initial();
        zeroRouters(values);

        assertThat(penalty(values, batch(0))).isCloseTo(0.001, within(1e-9));
    }

    @Test
    void routingToOneExpertCostsMore() {
        float[] values = initial();
        FlatLayout layout = FlatLayout.inOrder(CONFIG.tensors(BASE.config()));
        for (TensorSpec spec : layout.specs()) {
            if (spec.name().endsWith("router.weight")) {
                int from = layout.offset(spec.name());
                for (int i = 0; i < spec.elements(); i++) {
                    values[from + i] *= 200;
                }
            }
        }

        assertThat(penalty(values, batch(0))).isGreaterThan(0.00105);
    }

    @Test
    void paddingIsNeverCounted() {
        float[] values = initial();

        double penalty = penalty(values, batch(0));

        assertThat(penalty(values, batch(77))).isEqualTo(penalty);
        assertThat(penalty).isPositive();
        MicroBatch padded = batch(77);
        MicroBatch asIfReal = new MicroBatch(
                padded.rows(),
                padded.length(),
                padded.ids(),
                new long[] {8, 8},
                padded.positions(),
                padded.targets(),
                16);
        assertThat(penalty(values, asIfReal)).isNotEqualTo(penalty);
    }

    /** Two rows of 8 and 5 tokens; what fills the second does not matter. */
    private static MicroBatch batch(int filler) {
        long[] ids = {7, 300, 12, 45, 9, 100, 31, 77, 41, 5, 210, 8, 19, filler, filler, filler};
        return new MicroBatch(2, 8, ids, new long[] {8, 5}, new long[] {3, 4, 9, 10}, new long[] {9, 100, 210, 8}, 13);
    }

    private static float[] initial() {
        return CONFIG.method(BASE.config()).initial(1, BASE::floats);
    }

    private static void zeroRouters(float[] values) {
        FlatLayout layout = FlatLayout.inOrder(CONFIG.tensors(BASE.config()));
        for (TensorSpec spec : layout.specs()) {
            if (spec.name().endsWith("router.weight")) {
                int from = layout.offset(spec.name());
                Arrays.fill(values, from, from + spec.elements(), 0);
            }
        }
    }

    /** What is added to the mean loss: scoring leaves it out. */
    private static double penalty(float[] values, MicroBatch batch) {
        Checkpoint.Vectors vectors = Checkpoint.Vectors.starting(values, new float[0]);
        try (TrainingScript script = new TrainingScript(BASE, CONFIG.method(BASE.config()), false, vectors)) {
            script.clear();
            return (script.accumulate(batch, 0, 1) - script.score(batch).loss()) / batch.targets().length;
        }
    }

    @Test
    void recomputingIsRefusedBecauseOfThePenalty() {
        assertThatThrownBy(() -> TrainingRun.start(
                        BASE, CONFIG, MethodChecks.options(1e-3, 1).withRecompute(true), TinyModel.examples(4, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("recompute");
    }

    @Test
    void headAndEmbeddingHaveNoExperts() {
        for (String target : List.of("lm_head", "embed_tokens")) {
            assertThatThrownBy(() -> MoeConfig.of(4, 3, 6, List.of(target)).tensors(BASE.config()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(target);
        }
    }
}
