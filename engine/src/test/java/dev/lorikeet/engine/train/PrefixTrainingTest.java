package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.MergedTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.prefix.PrefixConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrefixTrainingTest {
    private static final Path REFERENCE = TinyModel.CONFORMANCE.resolve("adapters/llama-prefix_tuning");

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    static List<PrefixConfig> configs() {
        return List.of(PrefixConfig.of(4), PrefixConfig.of(4).projected(24));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void lossFallsAndOnlyThePrefixMoves(PrefixConfig config) {
        MethodChecks.learns(BASE, config, 5e-2);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void trainedPrefixIsTheSameToServing(PrefixConfig config) throws IOException {
        MethodChecks.serves(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void resumedRunIsTheUnbrokenOneBitForBit(PrefixConfig config) throws IOException {
        MethodChecks.resumes(BASE, config, folder);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void recomputedLayersGiveTheSameGradient(PrefixConfig config) {
        MethodChecks.recomputes(BASE, config);
    }

    @Test
    void trainingComputesTheReferencesLogits() throws IOException {
        MethodChecks.agreesWithReference(BASE, StoredAdapter.read(REFERENCE, BASE.config()), REFERENCE, 0);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void trainedPrefixReadsBackAndIsNoChangeOfWeights(PrefixConfig config) throws IOException {
        StoredAdapter adapter =
                MethodChecks.roundTrip(MethodChecks.trained(BASE, config, 1e-2, 2), BASE, folder.resolve("adapter"));

        try (ModelFiles files = ModelFiles.open(TinyModel.FOLDER)) {
            assertThatThrownBy(() -> new MergedTensors(files.weights(), files.config(), adapter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be merged");
        }
    }

    @Test
    void keysAndValuesAreCutFromATokensRowLayerByLayer() throws IOException {
        StoredAdapter adapter = StoredAdapter.read(REFERENCE, BASE.config());
        float[] rows = adapter.tensors().get("prompt_embeddings");

        Effects.Prefix prefix = Objects.requireNonNull(
                adapter.effects(BASE.config(), BASE::floats).prefix());

        // Token 3, layer 2, head 1, element 5; five tokens, two heads of 16, three layers.
        int row = 3 * 192;
        assertThat(prefix.keys()[((2 * 2 + 1) * 5 + 3) * 16 + 5]).isEqualTo(rows[row + 2 * 64 + 16 + 5]);
        assertThat(prefix.values()[((2 * 2 + 1) * 5 + 3) * 16 + 5]).isEqualTo(rows[row + 2 * 64 + 32 + 16 + 5]);
    }

    @Test
    void aNetworkComputesWhatPeftsDoes() throws IOException {
        assertThat(MethodChecks.network(BASE, PrefixConfig.of(2).projected(4), "prefix_projection"))
                .isLessThan(1e-6);
    }

    @Test
    void aStoredPrefixHasNoNetworkToGoOnWith() {
        StoredAdapter stored = MethodChecks.trained(BASE, PrefixConfig.of(2).projected(4), 1e-2, 1);

        assertThatThrownBy(() -> MethodChecks.logits(BASE, stored, new int[] {4, 5}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpoint");
        assertThatThrownBy(() -> PrefixConfig.of(2).projected(-1)).hasMessageContaining("encoder_hidden_size");
    }
}
