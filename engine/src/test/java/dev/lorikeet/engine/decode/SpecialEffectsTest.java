package dev.lorikeet.engine.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.adapter.RandomAdapter;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Effects of single rows in a mixed batch are those of a model that they are merged into. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpecialEffectsTest {
    private static final Path FOLDER = ReferenceCase.folder("models/qwen2");
    private static final int[] TEXT = {5, 9, 12, 300, 7, 7, 22, 41};

    private BaseModel model;
    private ModelConfig config;
    private List<LinearModule> modules;

    @BeforeAll
    void load() throws IOException {
        model = BaseModel.load(FOLDER, LoadOptions.reference("tiny"));
        config = model.config();
        modules = LinearModule.of(config);
    }

    @AfterAll
    void close() {
        model.close();
    }

    /** An adapter of given effects. */
    private record Given(Effects given) implements AdapterConfig {
        @Override
        public String kind() {
            return "given";
        }

        @Override
        public Origin origin() {
            return Origin.UNKNOWN;
        }

        @Override
        public AdapterConfig withOrigin(Origin origin) {
            return this;
        }

        @Override
        public List<TensorSpec> tensors(ModelConfig model) {
            return List.of();
        }

        @Override
        public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
            return given;
        }

        @Override
        public ObjectNode json() {
            return new ObjectMapper().createObjectNode();
        }
    }

    private static StoredAdapter adapter(Effects effects) {
        return new StoredAdapter(new Given(effects), AdapterTensors.of(List.of(), Map.of()));
    }

    private static float[] random(long seed, int length, double middle) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (middle + 0.2 * random.nextGaussian());
        }
        return values;
    }

    private Effects linear(java.util.function.Function<LinearModule, @Nullable LinearEffect> effect) {
        Map<LinearModule, LinearEffect> effects = new LinkedHashMap<>();
        for (LinearModule module : modules) {
            LinearEffect own = effect.apply(module);
            if (own != null) {
                effects.put(module, own);
            }
        }
        return Effects.of(effects);
    }

    private static LowRank update(LinearModule module, int rank) {
        return new LowRank(
                rank, random(module.hashCode(), rank * module.inputs(), 0), random(3, rank * module.outputs(), 0));
    }

    /** One effect of each kind, all of which can be merged. */
    private List<Effects> mergeable() {
        List<Effects> all = new ArrayList<>();
        // As DoRA does: outputs scaled, an update.
        all.add(linear(module -> module.group() == Group.HEAD
                ? null
                : new LinearEffect(
                        update(module, 3), null, null, random(module.layer() + 5, module.outputs(), 1), null, null)));
        // As IA3 does.
        all.add(linear(module -> switch (module.group()) {
            case ATTENTION_IN ->
                module.place() == 0
                        ? null
                        : new LinearEffect(null, null, null, random(6, module.outputs(), 1), null, null);
            case FEED_FORWARD_OUT -> new LinearEffect(null, null, random(7, module.inputs(), 1), null, null, null);
            case ATTENTION_OUT, FEED_FORWARD_IN, HEAD -> null;
        }));
        // What one module alone reads scaled, its neighbours' input left as it is.
        all.add(linear(module -> module.group() == Group.FEED_FORWARD_IN && module.place() == 1
                ? new LinearEffect(null, null, random(16, module.inputs(), 1), null, null, null)
                : null));
        // Biases where the base has some.
        all.add(linear(module -> module.group() == Group.ATTENTION_IN
                ? new LinearEffect(null, null, null, null, random(8, module.outputs(), 0), null)
                : null));
        // Weights of their own, with an update on top; of the head too.
        all.add(linear(module -> module.place() == 0 && module.layer() < 1
                ? new LinearEffect(
                        update(module, 2),
                        null,
                        null,
                        null,
                        null,
                        random(9 + module.layer(), module.inputs() * module.outputs(), 0))
                : null));
        // Embeddings; the head stays the base's.
        int hidden = config.hiddenSize();
        int vocabulary = config.vocabularySize();
        Effects none = linear(module -> null);
        all.add(none.withEmbedding(new Effects.EmbeddingEffect.Added(
                new LowRank(2, random(10, 2 * vocabulary, 0), random(11, 2 * hidden, 0)))));
        all.add(none.withEmbedding(
                new Effects.EmbeddingEffect.Rows(new int[] {7, 300, 12}, random(12, 3 * hidden, 0), false)));
        all.add(none.withEmbedding(new Effects.EmbeddingEffect.Whole(random(13, vocabulary * hidden, 0))));
        // Norms.
        all.add(none.withReplaced(Map.of(
                "model.layers.1.input_layernorm.weight", random(14, hidden, 1),
                "model.norm.weight", random(15, hidden, 1))));
        return all;
    }

    @Test
    void everyRowOfAMixedBatchIsWhatItsMergedModelComputes() throws IOException {
        List<StoredAdapter> stored = new ArrayList<>();
        mergeable().forEach(effects -> stored.add(adapter(effects)));
        stored.add(RandomAdapter.of(LoraConfig.allLinear(4, 8), config, 1));
        List<@Nullable ResidentAdapter> attached = new ArrayList<>();
        List<int[]> texts = new ArrayList<>();
        for (StoredAdapter adapter : stored) {
            attached.add(model.attach(adapter));
            texts.add(TEXT);
        }
        attached.add(null);
        texts.add(TEXT);

        List<float[]> mixed;
        try (Decoder decoder = new Decoder(model, attached.size(), 32)) {
            mixed = decoder.logits(texts, attached);
        }

        for (int i = 0; i < stored.size(); i++) {
            try (BaseModel merged = BaseModel.loadMerged(
                            ModelFiles.open(FOLDER), stored.get(i), LoadOptions.reference("merged"));
                    Decoder decoder = new Decoder(merged, 1, 32)) {
                List<@Nullable ResidentAdapter> base = new ArrayList<>();
                base.add(null);
                assertThat(mixed.get(i))
                        .as("adapter " + i)
                        .containsExactly(decoder.logits(List.of(TEXT), base).getFirst(), within(2e-3f));
            }
        }
        List<@Nullable ResidentAdapter> base = new ArrayList<>();
        base.add(null);
        try (Decoder decoder = new Decoder(model, 1, 32)) {
            assertThat(mixed.getLast())
                    .containsExactly(decoder.logits(List.of(TEXT), base).getFirst(), within(1e-4f));
        }
        attached.forEach(adapter -> {
            if (adapter != null) {
                adapter.close();
            }
        });
    }

    /** One decoder meets them in changing company: newcomers join those who are there, some have been closed since. */
    @Test
    void adaptersThatComeAndGoLeaveTheOthersAsTheyAre() {
        List<@Nullable ResidentAdapter> attached = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            mergeable().forEach(effects -> attached.add(model.attach(adapter(effects))));
        }
        List<float[]> alone = new ArrayList<>();
        for (ResidentAdapter adapter : attached) {
            try (Decoder decoder = new Decoder(model, 1, 32)) {
                alone.add(decoder.logits(List.of(TEXT), Collections.singletonList(adapter))
                        .getFirst());
            }
        }
        SplittableRandom random = new SplittableRandom(6);
        try (Decoder decoder = new Decoder(model, 4, 32)) {
            for (int step = 0; step < 60; step++) {
                List<Integer> chosen =
                        random.ints(3, 0, attached.size()).boxed().toList();
                List<@Nullable ResidentAdapter> rows = new ArrayList<>();
                chosen.forEach(i -> rows.add(attached.get(i)));
                rows.add(null);

                List<float[]> logits = decoder.logits(Collections.nCopies(4, TEXT), rows);

                for (int i = 0; i < chosen.size(); i++) {
                    assertThat(logits.get(i))
                            .as("step " + step + ", adapter " + chosen.get(i))
                            .containsExactly(alone.get(chosen.get(i)), within(1e-4f));
                }
                if (step % 10 == 9) {
                    int gone = chosen.getFirst();
                    Objects.requireNonNull(attached.get(gone)).close();
                    List<Effects> all = mergeable();
                    attached.set(gone, model.attach(adapter(all.get(gone % all.size()))));
                }
            }
        }
        attached.forEach(adapter -> Objects.requireNonNull(adapter).close());
    }

    @Test
    void decodingStepByStepGivesThePrefillsLogits() {
        List<Effects> all = new ArrayList<>(mergeable());
        Effects none = linear(module -> null);
        all.add(new Effects(
                none.linear(),
                null,
                new Effects.Prompt(3, random(20, 3 * config.hiddenSize(), 0)),
                List.of(),
                Map.of()));
        int prefix = config.layers() * config.keyValueHeads() * 2 * config.headSize();
        all.add(new Effects(
                none.linear(),
                null,
                new Effects.Prefix(2, random(21, prefix, 0), random(22, prefix, 0)),
                List.of(),
                Map.of()));
        int hidden = config.hiddenSize();
        all.add(new Effects(
                none.linear(),
                null,
                null,
                List.of(new Effects.Bottleneck(
                        1,
                        Effects.Site.FEED_FORWARD,
                        4,
                        random(23, 4 * hidden, 0),
                        random(24, 4, 0),
                        random(25, 4 * hidden, 0),
                        random(26, hidden, 0))),
                Map.of()));
        all.add(linear(module -> module.group() == Group.FEED_FORWARD_IN
                ? new LinearEffect(
                        update(module, 6),
                        new LinearEffect.Routing(3, 2, random(27, 3 * module.inputs(), 0)),
                        null,
                        null,
                        null,
                        null)
                : null));
        for (int i = 0; i < all.size(); i++) {
            try (ResidentAdapter adapter = model.attach(adapter(all.get(i)));
                    Decoder decoder = new Decoder(model, 4, 40)) {
                List<@Nullable ResidentAdapter> one = new ArrayList<>();
                one.add(adapter);
                float[] whole = decoder.logits(List.of(TEXT), one).getFirst();
                // A neighbour without an adapter, whose rows must stay what they are.
                Sequence neighbour = decoder.open(TEXT, null, SamplingOptions.GREEDY);
                decoder.step(List.of(new Feed(neighbour, TEXT.length)));
                Sequence sequence = decoder.open(TEXT, adapter, SamplingOptions.GREEDY);
                List<NextToken> last = List.of();
                for (int taken = 0; taken < TEXT.length; taken++) {
                    List<NextToken> results = decoder.step(List.of(new Feed(neighbour, 1), new Feed(sequence, 1)));
                    last = results.stream()
                            .filter(result -> result.sequence() == sequence)
                            .toList();
                }
                int vocabulary = config.vocabularySize();
                int from = whole.length - vocabulary;
                int best = 0;
                for (int token = 1; token < vocabulary; token++) {
                    best = whole[from + token] > whole[from + best] ? token : best;
                }
                NextToken next = last.getFirst();
                assertThat(next.token()).as("effects " + i).isEqualTo(best);
                double logSum = 0;
                for (int token = 0; token < vocabulary; token++) {
                    logSum += Math.exp(whole[from + token] - whole[from + best]);
                }
                assertThat((double) next.logProbability())
                        .as("effects " + i)
                        .isCloseTo(-Math.log(logSum), within(1e-3));
            }
        }
    }

    @Test
    void evenGatesOverAllExpertsAreAPlainUpdate() {
        Effects routed = linear(module -> module.group() == Group.FEED_FORWARD_IN
                ? new LinearEffect(
                        update(module, 6),
                        new LinearEffect.Routing(3, 3, new float[3 * module.inputs()]),
                        null,
                        null,
                        null,
                        null)
                : null);
        Effects plain = linear(module -> {
            if (module.group() != Group.FEED_FORWARD_IN) {
                return null;
            }
            LowRank whole = update(module, 6);
            return LinearEffect.of(LowRank.scaled(6, whole.a(), whole.b(), 1 / 3.0));
        });
        try (ResidentAdapter one = model.attach(adapter(routed));
                ResidentAdapter other = model.attach(adapter(plain));
                Decoder decoder = new Decoder(model, 2, 32)) {
            List<float[]> logits = decoder.logits(List.of(TEXT, TEXT), List.of(one, other));

            assertThat(logits.get(0)).containsExactly(logits.get(1), within(1e-4f));
        }
    }

    @Test
    void aPromptTakesPartOfTheContext() {
        Effects prompt = new Effects(
                Map.of(), null, new Effects.Prompt(6, random(1, 6 * config.hiddenSize(), 0)), List.of(), Map.of());
        try (ResidentAdapter adapter = model.attach(adapter(prompt));
                Decoder decoder = new Decoder(model, 1, 10)) {
            assertThatThrownBy(() -> decoder.open(TEXT, adapter, SamplingOptions.GREEDY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the adapter takes 6");
        }
    }
}
