package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.MergedTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.prefix.PrefixConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefixTrainingTest {
    private static final Path REFERENCE = TinyModel.CONFORMANCE.resolve("adapters/llama-prefix_tuning");
    private static final PrefixConfig CONFIG = PrefixConfig.of(4);

    private static BaseModel base;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        base = TinyModel.load(Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void lossFallsAndOnlyThePrefixMoves() {
        MethodChecks.learns(base, CONFIG, 5e-2);
    }

    @Test
    void trainedPrefixIsTheSameToServing() throws IOException {
        MethodChecks.serves(base, CONFIG, folder);
    }

    @Test
    void resumedRunIsTheUnbrokenOneBitForBit() throws IOException {
        MethodChecks.resumes(base, CONFIG, folder);
    }

    @Test
    void recomputedLayersGiveTheSameGradient() {
        MethodChecks.recomputes(base, CONFIG);
    }

    @Test
    void trainingComputesTheReferencesLogits() throws IOException {
        MethodChecks.agreesWithReference(base, StoredAdapter.read(REFERENCE, base.config()), REFERENCE, 0);
    }

    @Test
    void trainedPrefixReadsBackAndIsNoChangeOfWeights() throws IOException {
        StoredAdapter adapter =
                MethodChecks.roundTrip(MethodChecks.trained(base, CONFIG, 1e-2, 2), base, folder.resolve("adapter"));

        try (ModelFiles files = ModelFiles.open(TinyModel.FOLDER)) {
            assertThatThrownBy(() -> new MergedTensors(files.weights(), files.config(), adapter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be merged");
        }
    }

    @Test
    void keysAndValuesAreCutFromATokensRowLayerByLayer() throws IOException {
        StoredAdapter adapter = StoredAdapter.read(REFERENCE, base.config());
        float[] rows = adapter.tensors().get("prompt_embeddings");

        Effects.Prefix prefix = Objects.requireNonNull(
                adapter.effects(base.config(), base::floats).prefix());

        // Token 3, layer 2, head 1, element 5; five tokens, two heads of 16, three layers.
        int row = 3 * 192;
        assertThat(prefix.keys()[((2 * 2 + 1) * 5 + 3) * 16 + 5]).isEqualTo(rows[row + 2 * 64 + 16 + 5]);
        assertThat(prefix.values()[((2 * 2 + 1) * 5 + 3) * 16 + 5]).isEqualTo(rows[row + 2 * 64 + 32 + 16 + 5]);
    }

    @Test
    void aPrefixBehindANetworkIsNotTrained() {
        PrefixConfig projected =
                new PrefixConfig(CONFIG.tokens(), new PrefixConfig.Projection(true, 8), false, CONFIG.origin());

        assertThatThrownBy(() -> projected.method(base.config()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prefix_projection");
    }
}
