package dev.lorikeet.engine.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.RandomAdapter;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraFactors;
import dev.lorikeet.engine.model.BaseModel;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Rows of one batch against the same rows alone, and against plain loops. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MixedBatchTest {
    private static final int STEPS = 6;

    @TempDir
    static Path folder;

    private BaseModel model;
    private List<ResidentAdapter> sameWidth;
    private List<ResidentAdapter> anyWidth;

    @BeforeAll
    void load() throws IOException {
        RandomModel.write(folder, 11);
        model = BaseModel.load(folder, LoadOptions.reference("tiny"));
        sameWidth = new ArrayList<>();
        anyWidth = new ArrayList<>();
        int[] ranks = {1, 3, 7, 9, 12, 33};
        for (int i = 0; i < ranks.length; i++) {
            sameWidth.add(attach(LoraConfig.allLinear(4, 8), i));
            anyWidth.add(attach(
                    i % 2 == 0
                            ? LoraConfig.allLinear(ranks[i], 16)
                            : LoraConfig.lora(ranks[i], 16, List.of("v_proj", "down_proj")),
                    100 + i));
        }
    }

    @AfterAll
    void close() {
        model.close();
    }

    private ResidentAdapter attach(AdapterConfig config, long seed) {
        return model.attach(RandomAdapter.of(config, model.config(), seed));
    }

    @Test
    void logitsEqualPlainLoops() throws IOException {
        int[] text = prompt(3, 17);
        StoredAdapter adapter = RandomAdapter.of(LoraConfig.allLinear(5, 20), model.config(), 5);
        try (ModelFiles files = ModelFiles.open(folder);
                Decoder decoder = new Decoder(model, 2, 64);
                ResidentAdapter resident = model.attach(adapter)) {
            List<float[]> logits = decoder.logits(List.of(text, text), Arrays.asList(null, resident));

            float[] base = new PlainLlama(model.config(), files.weights(), null).logits(text);
            float[] adapted = new PlainLlama(model.config(), files.weights(), adapter).logits(text);
            assertThat(ReferenceCase.difference(logits.get(0), base)).isLessThan(1e-4f);
            assertThat(ReferenceCase.difference(logits.get(1), adapted)).isLessThan(1e-4f);
            assertThat(ReferenceCase.difference(base, adapted)).isGreaterThan(0.1f);
        }
    }

    @Test
    void rowsWithAdaptersOfOneWidthEqualTheirSoloRuns() {
        List<@Nullable ResidentAdapter> rows = new ArrayList<>(sameWidth);
        rows.add(2, null);
        rows.add(sameWidth.get(1));
        rows.add(sameWidth.get(1));

        assertEachEqualsItself(rows);
    }

    @Test
    void rowsWithAdaptersOfManyWidthsEqualTheirSoloRuns() {
        List<@Nullable ResidentAdapter> rows = new ArrayList<>(anyWidth);
        rows.add(0, null);
        rows.add(anyWidth.get(4));

        assertEachEqualsItself(rows);
    }

    private void assertEachEqualsItself(List<@Nullable ResidentAdapter> rows) {
        List<Outcome> together = run(rows, 0);
        for (int row = 0; row < rows.size(); row++) {
            Outcome alone = run(Collections.singletonList(rows.get(row)), row).getFirst();
            assertThat(together.get(row).tokens()).as("row %s", row).isEqualTo(alone.tokens());
            for (int step = 0; step < STEPS; step++) {
                assertThat(together.get(row).logProbabilities().get(step))
                        .isCloseTo(alone.logProbabilities().get(step), within(1e-5f));
            }
        }
    }

    private record Outcome(List<Integer> tokens, List<Float> logProbabilities) {}

    /** Prompts of different lengths in different chunks, then steps all together. */
    private List<Outcome> run(List<@Nullable ResidentAdapter> rows, int firstRow) {
        try (Decoder decoder = new Decoder(model, rows.size(), 128)) {
            List<Sequence> sequences = new ArrayList<>();
            List<Outcome> outcomes = new ArrayList<>();
            for (int row = 0; row < rows.size(); row++) {
                sequences.add(decoder.open(
                        prompt(firstRow + row, 5 + 7 * (firstRow + row)), rows.get(row), SamplingOptions.GREEDY));
                outcomes.add(new Outcome(new ArrayList<>(), new ArrayList<>()));
            }
            while (outcomes.stream().anyMatch(outcome -> outcome.tokens().size() < STEPS)) {
                List<Feed> plan = new ArrayList<>();
                for (int row = 0; row < rows.size(); row++) {
                    if (outcomes.get(row).tokens().size() < STEPS) {
                        Sequence sequence = sequences.get(row);
                        plan.add(new Feed(sequence, Math.min(sequence.pending(), 4 + row)));
                    }
                }
                for (NextToken next : decoder.step(plan)) {
                    Outcome outcome = outcomes.get(sequences.indexOf(next.sequence()));
                    outcome.tokens().add(next.token());
                    outcome.logProbabilities().add(next.logProbability());
                }
            }
            return outcomes;
        }
    }

    private int[] prompt(int seed, int length) {
        int[] prompt = new int[length];
        for (int i = 0; i < length; i++) {
            prompt[i] = 3 + (seed * 31 + i * i * 7 + i * 13) % 256;
        }
        return prompt;
    }

    @Test
    void aSlotsNextSequenceIsNotTouchedByItsLast() {
        try (Decoder decoder = new Decoder(model, 3, 128)) {
            Sequence first = decoder.open(prompt(1, 60), sameWidth.get(0), SamplingOptions.GREEDY);
            Sequence second = decoder.open(prompt(2, 9), sameWidth.get(1), SamplingOptions.GREEDY);
            decoder.step(List.of(new Feed(first, 60), new Feed(second, 9)));
            decoder.close(first);
            Sequence third = decoder.open(prompt(3, 7), null, SamplingOptions.GREEDY);
            List<NextToken> next = decoder.step(List.of(new Feed(third, 7), new Feed(second, 1)));

            try (Decoder fresh = new Decoder(model, 1, 128)) {
                Sequence alone = fresh.open(prompt(3, 7), null, SamplingOptions.GREEDY);
                NextToken expected = fresh.step(List.of(new Feed(alone, 7))).getFirst();
                assertThat(next.getFirst().token()).isEqualTo(expected.token());
                assertThat(next.getFirst().logProbability()).isCloseTo(expected.logProbability(), within(1e-5f));
            }
            assertThat(decoder.freeSlots()).isEqualTo(1);
            assertThatThrownBy(() -> decoder.step(List.of(new Feed(first, 1))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anOverflowingAdapterBreaksItsOwnRowAlone() {
        LoraConfig config = LoraConfig.allLinear(4, 8);
        StoredAdapter random = RandomAdapter.of(config, model.config(), 9);
        List<LoraFactors> huge = LoraFactors.of(random).stream()
                .map(factor -> new LoraFactors(factor.key(), factor.rank(), filled(factor.a(), 3e38f), factor.b()))
                .toList();
        try (ResidentAdapter hostile = model.attach(LoraFactors.stored(config, huge));
                Decoder decoder = new Decoder(model, 4, 64)) {
            Sequence victim = decoder.open(prompt(1, 8), sameWidth.get(0), SamplingOptions.GREEDY);
            Sequence other = decoder.open(prompt(1, 8), anyWidth.get(5), SamplingOptions.GREEDY);
            Sequence broken = decoder.open(prompt(1, 8), hostile, SamplingOptions.GREEDY);

            List<NextToken> next = decoder.step(List.of(new Feed(victim, 8), new Feed(other, 8), new Feed(broken, 8)));

            assertThat(next.get(0).broken()).isFalse();
            assertThat(next.get(1).broken()).isFalse();
            assertThat(next.get(2).broken()).isTrue();
            assertThat(broken.pending()).isZero();
            decoder.close(broken);
            assertThat(decoder.step(List.of(new Feed(victim, 1), new Feed(other, 1))))
                    .noneMatch(NextToken::broken);
        }
    }

    private static float[] filled(float[] like, float value) {
        float[] filled = new float[like.length];
        Arrays.fill(filled, value);
        return filled;
    }

    @Test
    void servingWritesNoWeight() {
        int before = weightsHash();
        run(new ArrayList<>(sameWidth), 0);

        assertThat(weightsHash()).isEqualTo(before);
    }

    private int weightsHash() {
        int hash = 0;
        for (String name : List.of(
                "model.embed_tokens.weight",
                "model.norm.weight",
                "model.layers.0.input_layernorm.weight",
                "model.layers.0.self_attn.q_proj.weight",
                "model.layers.1.mlp.down_proj.weight")) {
            hash = 31 * hash + Arrays.hashCode(model.weight(name).toFloatArray());
        }
        return hash;
    }

    @Test
    void bfloat16StaysCloseToFloat32() throws IOException {
        int[] text = prompt(3, 17);
        LoadOptions half = new LoadOptions("half", ai.djl.Device.cpu(), Precision.BFLOAT16, 0);
        try (BaseModel other = BaseModel.load(folder, half);
                Decoder decoder = new Decoder(other, 1, 64);
                Decoder exact = new Decoder(model, 1, 64)) {
            float[] logits = decoder.logits(List.of(text), Collections.singletonList(null))
                    .getFirst();
            float[] expected =
                    exact.logits(List.of(text), Collections.singletonList(null)).getFirst();

            assertThat(ReferenceCase.difference(logits, expected)).isBetween(1e-6f, 0.2f);
        }
    }

    @Test
    void promptsThatCannotBeAreRefused() {
        try (Decoder decoder = new Decoder(model, 1, 16)) {
            assertThatThrownBy(() -> decoder.open(new int[0], null, SamplingOptions.GREEDY))
                    .hasMessageContaining("empty");
            assertThatThrownBy(() -> decoder.open(new int[17], null, SamplingOptions.GREEDY))
                    .hasMessageContaining("does not fit");
            assertThatThrownBy(() -> decoder.open(new int[] {320}, null, SamplingOptions.GREEDY))
                    .hasMessageContaining("outside of the vocabulary");
            Sequence sequence = decoder.open(prompt(1, 16), null, SamplingOptions.GREEDY);
            assertThatThrownBy(() -> decoder.open(prompt(1, 4), null, SamplingOptions.GREEDY))
                    .isInstanceOf(IllegalStateException.class);
            decoder.step(List.of(new Feed(sequence, 16)));
            assertThatThrownBy(() -> decoder.step(List.of(new Feed(sequence, 1))))
                    .hasMessageContaining("outgrows");
        }
    }
}
