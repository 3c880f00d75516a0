package dev.lorikeet.engine.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceCasesTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3", "qwen2", "qwen3", "mistral", "gpt2"})
    void modelsReproduceTheReference(String name) throws IOException {
        ReferenceCase expected = ReferenceCase.read("models/" + name);
        try (BaseModel model = ReferenceCase.model(name);
                Decoder decoder = new Decoder(model, 8, 64)) {
            check(decoder, expected, Collections.nCopies(3, null));
        }
    }

    /** Their matrices are rounded to f16, which moves logits of this size by far less than another layout would. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "gpt2"})
    void ggufFilesAreTheModelsThatTheyWereMadeFrom(String name) throws IOException {
        ReferenceCase expected = ReferenceCase.read("models/" + name);
        Path file = Path.of("src/test/resources/gguf/tiny-" + name + ".gguf");
        try (BaseModel model = BaseModel.load(file, LoadOptions.reference(name));
                Decoder decoder = new Decoder(model, 3, 64)) {
            List<float[]> logits = decoder.logits(expected.inputs(), Collections.nCopies(3, null));

            for (int i = 0; i < logits.size(); i++) {
                assertThat(ReferenceCase.difference(
                                logits.get(i), expected.logits().get(i)))
                        .isLessThan(2e-2f);
            }
            int[] text = model.tokenizer().encode("Hello fox", false);
            assertThat(model.tokenizer().decode(text, false)).isEqualTo("Hello fox");
        }
    }

    /** Mistral's window of 16 begins inside of the second chunk's past. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral", "gpt2"})
    void chunksOfAPromptSeeWhatTheWholeSees(String name) throws IOException {
        ReferenceCase expected = ReferenceCase.read("models/" + name);
        try (BaseModel model = ReferenceCase.model(name);
                Decoder decoder = new Decoder(model, 2, 64)) {
            Sequence other = decoder.open(expected.inputs().get(1), null, SamplingOptions.GREEDY);
            Sequence chunked = decoder.open(expected.inputs().getFirst(), null, SamplingOptions.GREEDY);
            for (int size : new int[] {9, 1, 11}) {
                assertThat(decoder.step(List.of(new Feed(other, 1), new Feed(chunked, size))))
                        .isEmpty();
            }

            NextToken next = decoder.step(List.of(new Feed(other, 2), new Feed(chunked, 3)))
                    .getFirst();

            float[] logits = expected.logits().getFirst();
            int vocabulary = model.config().vocabularySize();
            float[] last = Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
            assertThat(next.sequence()).isSameAs(chunked);
            assertThat(next.logProbability()).isCloseTo(logProbability(last, next.token()), within(1e-4f));
        }
    }

    private static float logProbability(float[] logits, int token) {
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit);
            assertThat(logit).isLessThanOrEqualTo(logits[token]);
        }
        return (float) (logits[token] - Math.log(total));
    }

    @ParameterizedTest
    @CsvSource({
        "llama, lora_attention",
        "llama, lora_all_linear",
        "llama, rslora",
        "llama, rank_pattern",
        "llama, layers_to_transform",
        "llama, lm_head",
        "qwen3, lora_all_linear",
        "gpt2, gpt2_lora"
    })
    void adaptersReproduceTheReference(String base, String kind) throws IOException {
        ReferenceCase expected = ReferenceCase.read("adapters/" + base + "-" + kind);
        try (BaseModel model = ReferenceCase.model(base);
                Decoder decoder = new Decoder(model, 8, 64);
                ResidentAdapter adapter = attach(model, base + "-" + kind)) {
            check(decoder, expected, Collections.nCopies(3, adapter));
        }
    }

    @Test
    void aMixedBatchReproducesTheReference() throws IOException {
        ReferenceCase expected = ReferenceCase.read("mixed-batch");
        try (BaseModel model = ReferenceCase.model("llama");
                Decoder decoder = new Decoder(model, 8, 64);
                ResidentAdapter attention = attach(model, "llama-lora_attention");
                ResidentAdapter all = attach(model, "llama-lora_all_linear");
                ResidentAdapter stabilised = attach(model, "llama-rslora");
                ResidentAdapter pattern = attach(model, "llama-rank_pattern")) {
            List<@Nullable ResidentAdapter> adapters =
                    Arrays.asList(attention, null, all, stabilised, pattern, attention);

            check(decoder, expected, adapters);
        }
    }

    /** Every reference adapter of a model has a row of one batch, and so has the base. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void adaptersOfAllKindsShareABatch(String base) throws IOException {
        List<String> names;
        try (Stream<Path> folders = Files.list(ReferenceCase.folder("adapters"))) {
            names = folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.startsWith(base + "-"))
                    .sorted()
                    .toList();
        }
        List<int[]> inputs = new ArrayList<>();
        List<float[]> logits = new ArrayList<>();
        List<@Nullable ResidentAdapter> adapters = new ArrayList<>();
        try (BaseModel model = ReferenceCase.model(base);
                Decoder decoder = new Decoder(model, names.size() + 1, 64)) {
            ReferenceCase own = ReferenceCase.read("models/" + base);
            inputs.add(own.inputs().getFirst());
            logits.add(own.logits().getFirst());
            adapters.add(null);
            for (String name : names) {
                ReferenceCase expected = ReferenceCase.read("adapters/" + name);
                inputs.add(expected.inputs().getLast());
                logits.add(expected.logits().getLast());
                adapters.add(attach(model, name));
            }
            check(decoder, new ReferenceCase(inputs, logits, new int[0]), adapters);
            adapters.stream().filter(Objects::nonNull).forEach(ResidentAdapter::close);
        }
    }

    private static ResidentAdapter attach(BaseModel model, String name) throws IOException {
        return model.attach(StoredAdapter.read(ReferenceCase.folder("adapters/" + name), model.config()));
    }

    /** All positions as one prefill, then the same logits position by position as decode steps. */
    private static void check(Decoder decoder, ReferenceCase expected, List<@Nullable ResidentAdapter> adapters) {
        List<float[]> logits = decoder.logits(expected.inputs(), adapters);

        for (int i = 0; i < logits.size(); i++) {
            assertThat(ReferenceCase.difference(logits.get(i), expected.logits().get(i)))
                    .isLessThan(1e-4f);
        }
        if (expected.greedy().length > 0) {
            assertThat(continued(decoder, expected, adapters.getFirst())).isEqualTo(expected.greedy());
        }
    }

    private static int[] continued(Decoder decoder, ReferenceCase expected, @Nullable ResidentAdapter adapter) {
        int[] prompt = Arrays.copyOf(expected.inputs().getFirst(), 8);
        Sequence sequence = decoder.open(prompt, adapter, SamplingOptions.GREEDY);
        List<Integer> tokens = new ArrayList<>();
        while (tokens.size() + prompt.length < expected.greedy().length) {
            tokens.add(decoder.step(List.of(new Feed(sequence, sequence.pending())))
                    .getFirst()
                    .token());
        }
        decoder.close(sequence);
        int[] all = Arrays.copyOf(prompt, prompt.length + tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            all[prompt.length + i] = tokens.get(i);
        }
        return all;
    }
}
