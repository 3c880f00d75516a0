package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.MergedTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.prefix.PrefixConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PromptTrainingTest {
    private static final Path ADAPTERS = TinyModel.CONFORMANCE.resolve("adapters");
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100};

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    static List<PromptConfig> configs() {
        return List.of(
                PromptConfig.tuning(5, new PromptStart.Vocabulary()),
                PromptConfig.tuning(3, new PromptStart.Random()),
                PromptConfig.tuning(4, new PromptStart.Text("a b", List.of(9, 11))),
                PromptConfig.encoded(5, 24),
                PromptConfig.recurrent(5, 12, 1, 0),
                PromptConfig.recurrent(4, 8, 3, 0.1));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void lossFallsAndOnlyThePromptMoves(PromptConfig config) {
        MethodChecks.learns(BASE, config, 3e-2);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void trainedAdapterIsTheSameToServing(PromptConfig config) throws IOException {
        MethodChecks.serves(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void resumedRunIsTheUnbrokenOneBitForBit(PromptConfig config) throws IOException {
        MethodChecks.resumes(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void recomputedLayersGiveTheSameGradient(PromptConfig config) {
        MethodChecks.recomputes(BASE, config);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void trainedPromptReadsBackAndIsNoChangeOfWeights(PromptConfig config) throws IOException {
        StoredAdapter adapter =
                MethodChecks.roundTrip(MethodChecks.trained(BASE, config, 1e-2, 2), BASE, folder.resolve("adapter"));

        try (ModelFiles files = ModelFiles.open(TinyModel.FOLDER)) {
            assertThatThrownBy(() -> new MergedTensors(files.weights(), files.config(), adapter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be merged");
        }
    }

    @Test
    void trainingComputesTheReferencesLogits() throws IOException {
        Path reference = ADAPTERS.resolve("llama-prompt_tuning");

        MethodChecks.agreesWithReference(BASE, StoredAdapter.read(reference, BASE.config()), reference, 6);
    }

    @Test
    void storedEmbeddingsOfPTuningAreAPromptWithTheReferencesLogits() throws IOException {
        Path reference = ADAPTERS.resolve("llama-p_tuning");

        MethodChecks.agreesWithReference(BASE, asPrompt(StoredAdapter.read(reference, BASE.config())), reference, 6);
    }

    @Test
    void storedEmbeddingsOfPTuningAreWhatItsNetworkComputed() {
        TrainingOptions options = MethodChecks.options(1e-2, 3);
        try (TrainingRun run =
                TrainingRun.start(BASE, PromptConfig.encoded(5, 24), options, TinyModel.examples(4, 2))) {
            while (!run.finished()) {
                run.step();
            }

            assertThat(MethodChecks.logits(BASE, asPrompt(run.adapter()), TEXT))
                    .containsExactly(run.logits(TEXT), within(1e-4f));
        }
    }

    @Test
    void anLstmComputesWhatPeftsDoes() throws IOException {
        assertThat(MethodChecks.network(BASE, PromptConfig.recurrent(3, 6, 2, 0), "p_tuning_lstm"))
                .isLessThan(1e-6);
    }

    @Test
    void sizesOfANetworkHaveBounds() {
        assertThatThrownBy(() -> PromptConfig.recurrent(3, 6, 0, 0)).hasMessageContaining("encoder_num_layers");
        assertThatThrownBy(() -> PromptConfig.recurrent(3, -1, 1, 0)).hasMessageContaining("encoder_hidden_size");
        assertThatThrownBy(() -> PromptConfig.recurrent(3, 6, 1, 1)).hasMessageContaining("encoder_dropout");
    }

    private static StoredAdapter asPrompt(StoredAdapter adapter) {
        float[] embeddings = adapter.tensors().get("prompt_embeddings");
        PromptConfig config =
                PromptConfig.tuning(embeddings.length / BASE.config().hiddenSize(), new PromptStart.Vocabulary());
        return new StoredAdapter(
                config, AdapterTensors.of(config.tensors(BASE.config()), Map.of("prompt_embeddings", embeddings)));
    }

    @Test
    void vocabularyAndTextBeginAsEmbeddingsOfTokens() {
        float[] table = BASE.floats("model.embed_tokens.weight");
        int hidden = BASE.config().hiddenSize();

        float[] text = PromptConfig.tuning(3, new PromptStart.Text("a b", List.of(9, 11)))
                .method(BASE.config())
                .initial(1, BASE::floats);
        for (int i = 0; i < 3; i++) {
            int token = i == 1 ? 11 : 9;
            assertThat(Arrays.copyOfRange(text, i * hidden, (i + 1) * hidden))
                    .isEqualTo(Arrays.copyOfRange(table, token * hidden, (token + 1) * hidden));
        }
        assertThat(PromptConfig.tuning(3, new PromptStart.Vocabulary())
                        .method(BASE.config())
                        .initial(1, BASE::floats))
                .isNotEqualTo(text)
                .hasSize(3 * hidden);
    }

    @Test
    void anExampleThatThePromptLeavesNoRoomForIsRefused() {
        int[] tokens = new int[BASE.config().contextLength() - 4];
        Arrays.fill(tokens, 9);
        List<EncodedExample> examples = List.of(TinyModel.example(tokens, 5));
        TrainingOptions options = MethodChecks.options(1e-2, 1);

        TrainingRun.start(BASE, PromptConfig.tuning(4, new PromptStart.Vocabulary()), options, examples)
                .close();
        for (TrainableConfig config : List.of(
                PromptConfig.tuning(5, new PromptStart.Vocabulary()), PromptConfig.encoded(5, 8), PrefixConfig.of(5))) {
            assertThatThrownBy(() -> TrainingRun.start(BASE, config, options, examples))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("5 virtual");
        }
    }

    @Test
    void storedAdapterHasThePeersFieldsAlone() throws IOException {
        PromptConfig text = PromptConfig.tuning(6, new PromptStart.Text("a b", List.of(9, 11)));
        MethodChecks.fresh(BASE, text).write(folder);
        JsonNode ours = new ObjectMapper()
                .readTree(folder.resolve(StoredAdapter.CONFIG_FILE).toFile());
        JsonNode theirs = new ObjectMapper()
                .readTree(ADAPTERS.resolve("llama-prompt_tuning")
                        .resolve(StoredAdapter.CONFIG_FILE)
                        .toFile());

        ours.properties().forEach(field -> {
            assertThat(theirs.has(field.getKey())).as(field.getKey()).isTrue();
            if (!List.of("base_model_name_or_path", "prompt_tuning_init").contains(field.getKey())) {
                assertThat(field.getValue()).as(field.getKey()).isEqualTo(theirs.get(field.getKey()));
            }
        });
        assertThat(ours.path("prompt_tuning_init").asText()).isEqualTo("SAMPLE_VOCAB");
    }

    @Test
    void anotherModelsPromptIsRefused() throws IOException {
        Path reference = ADAPTERS.resolve("llama-prompt_tuning");
        Files.copy(reference.resolve(StoredAdapter.WEIGHTS_FILE), folder.resolve(StoredAdapter.WEIGHTS_FILE));
        Files.writeString(
                folder.resolve(StoredAdapter.CONFIG_FILE),
                Files.readString(reference.resolve(StoredAdapter.CONFIG_FILE))
                        .replace("\"token_dim\": 64", "\"token_dim\": 128"));

        assertThatThrownBy(() -> StoredAdapter.read(folder, BASE.config()))
                .isInstanceOf(InvalidAdapterException.class)
                .hasMessageContaining("128");
    }

    @Test
    void whatIsNotTrainedIsRefusedByName() {
        assertThatThrownBy(() -> TrainingRun.startFrom(
                        BASE,
                        MethodChecks.trained(BASE, PromptConfig.encoded(4, 8), 1e-2, 1),
                        MethodChecks.options(1e-2, 1),
                        TinyModel.examples(4, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpoint");
    }
}
