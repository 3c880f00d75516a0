package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraFactors;
import dev.lorikeet.engine.method.lora.LoraForm;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.method.lora.LoraStart;
import dev.lorikeet.engine.model.BaseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Factors that do not begin at zero. */
class LoraStartTest {
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100};

    private static final BaseModel BASE = TinyModel.shared();

    @TempDir
    private Path folder;

    static Stream<LoraConfig> starts() {
        return Stream.of(LoraFormsTest.Form.values())
                .map(LoraFormsTest.Form::config)
                .filter(config -> config.form().start().shifted());
    }

    @ParameterizedTest
    @MethodSource("starts")
    void storedAdapterIsPlainLoraOfTwiceTheRank(LoraConfig start) throws IOException {
        StoredAdapter trained = MethodChecks.trained(BASE, start, 1e-2, 3);

        StoredAdapter read = MethodChecks.roundTrip(trained, BASE, folder);

        assertThat(((LoraConfig) read.config()).form())
                .isEqualTo(new LoraForm(false, start.form().bias(), SavedModules.NONE));
        LoraScaling before = start.scaling();
        LoraScaling after = ((LoraConfig) read.config()).scaling();
        for (LoraFactors factors : LoraFactors.of(read)) {
            assertThat(factors.rank()).isEqualTo(2 * before.rankOf(factors.path()));
            assertThat(after.scalingOf(factors.path())).isCloseTo(before.scalingOf(factors.path()), within(1e-12));
        }
        // PEFT would change the base's weights for any other start.
        assertThat(Files.readString(folder.resolve(StoredAdapter.CONFIG_FILE)))
                .contains("\"init_lora_weights\" : true")
                .doesNotContain("lorikeet");
    }

    @Test
    void givenFactorsAreTrainedOnTheBaseWithoutThem() throws IOException {
        StoredAdapter given = MethodChecks.trained(BASE, LoraConfig.allLinear(2, 4), 1e-2, 5);
        LoraConfig config = ((LoraConfig) given.config()).withStart(LoraStart.GIVEN);
        StoredAdapter start = new StoredAdapter(config, given.tensors());

        try (TrainingRun run =
                TrainingRun.startFrom(BASE, start, MethodChecks.options(1e-2, 6), TinyModel.examples(7, 2))) {
            assertIsTheBase(run.adapter());
            double before = run.evaluate(TinyModel.examples(7, 2));
            run.adapter().write(folder.resolve("fresh"));
            assertThat(AdapterCheck.check(run, folder.resolve("fresh")))
                    .isInstanceOf(AdapterCheck.Result.Unsound.class);
            run.step();
            run.writeCheckpoint(folder.resolve("checkpoint"));
            while (!run.finished()) {
                run.step();
            }
            assertThat(run.evaluate(TinyModel.examples(7, 2))).isLessThan(before);
            run.adapter().write(folder.resolve("trained"));
            assertThat(AdapterCheck.check(run, folder.resolve("trained")))
                    .isInstanceOf(AdapterCheck.Result.Sound.class);
            try (TrainingRun again = TrainingRun.resume(BASE, folder.resolve("checkpoint"), TinyModel.examples(7, 2))) {
                while (!again.finished()) {
                    again.step();
                }
                assertThat(again.adapter()).isEqualTo(run.adapter());
            }
        }
        assertThatThrownBy(() -> MethodChecks.fresh(BASE, config)).hasMessageContaining("adapter");
    }

    /** W - s B A keeps nothing of the directions of A and B, and no direction is longer in it than those taken out. */
    @Test
    void pissaTakesTheLargestSingularValues() {
        LoraConfig config = LoraConfig.lora(4, 6, List.of("down_proj")).withStart(LoraStart.PISSA);
        double scaling = 6 / 4.0;
        for (LoraFactors factors : LoraFactors.of(MethodChecks.fresh(BASE, config))) {
            // The first half is what the run began with.
            Beginning start = Beginning.of(factors, 4);
            double[][] weight = matrix(BASE.floats(factors.path() + ".weight"), start.inputs());
            double[][] rest = new double[weight.length][start.inputs()];
            for (int row = 0; row < weight.length; row++) {
                for (int column = 0; column < start.inputs(); column++) {
                    double sum = 0;
                    for (int r = 0; r < 4; r++) {
                        sum += start.b()[row][r] * start.a()[r][column];
                    }
                    rest[row][column] = weight[row][column] - scaling * sum;
                }
            }
            double smallest = Double.MAX_VALUE;
            for (int r = 0; r < 4; r++) {
                double share = 0;
                double other = 0;
                for (int column = 0; column < start.inputs(); column++) {
                    share += start.a()[r][column] * start.a()[r][column];
                }
                for (int row = 0; row < weight.length; row++) {
                    other += start.b()[row][r] * start.b()[row][r];
                    double left = 0;
                    for (int column = 0; column < start.inputs(); column++) {
                        left += rest[row][column] * start.a()[r][column];
                    }
                    assertThat(left).isCloseTo(0, within(1e-5));
                }
                assertThat(share).isCloseTo(other, within(1e-5 * other));
                smallest = Math.min(smallest, scaling * share);
            }
            assertThat(largestSingularValue(rest)).isLessThanOrEqualTo(smallest * (1 + 1e-5));
        }
    }

    @Test
    void oloraTakesOrthonormalColumnsAndTheirRows() {
        LoraConfig config =
                LoraConfig.lora(5, 5, List.of("gate_proj", "down_proj")).withStart(LoraStart.OLORA);
        for (LoraFactors factors : LoraFactors.of(MethodChecks.fresh(BASE, config))) {
            Beginning start = Beginning.of(factors, 5);
            double[][] weight = matrix(BASE.floats(factors.path() + ".weight"), start.inputs());
            // LAPACK's sign, which PEFT's factors have.
            assertThat(Math.signum(start.a()[0][0])).isEqualTo(-Math.signum(weight[0][0]));
            for (int i = 0; i < 5; i++) {
                for (int j = 0; j < 5; j++) {
                    double product = 0;
                    double taken = 0;
                    for (double[] row : start.b()) {
                        product += row[i] * row[j];
                    }
                    for (int r = 0; r < 5; r++) {
                        taken += start.b()[i][r] * start.a()[r][j];
                    }
                    assertThat(product).isCloseTo(i == j ? 1 : 0, within(1e-6));
                    // The first columns are in the space of Q as a whole.
                    assertThat(taken).isCloseTo(weight[i][j], within(1e-6));
                    assertThat(i > j ? start.a()[i][j] : 0).isEqualTo(0);
                }
            }
        }
    }

    @Test
    void whatCannotBeginSoIsRefused() {
        assertThatThrownBy(() -> LoraConfig.allLinear(4, 8).withDora(true).withStart(LoraStart.PISSA))
                .hasMessageContaining("use_dora");
        assertThatThrownBy(() -> MethodChecks.fresh(
                        BASE, LoraConfig.lora(4, 8, List.of("embed_tokens")).withStart(LoraStart.OLORA)))
                .hasMessageContaining("embedding");
        assertThatThrownBy(() -> MethodChecks.fresh(
                        BASE, LoraConfig.lora(100, 8, List.of("k_proj")).withStart(LoraStart.PISSA)))
                .hasMessageContaining("k_proj");
        assertThatThrownBy(() -> MethodChecks.fresh(
                        BASE, LoraConfig.lora(4, -8, List.of("k_proj")).withStart(LoraStart.PISSA)))
                .hasMessageContaining("lora_alpha");
    }

    private static void assertIsTheBase(StoredAdapter adapter) {
        StoredAdapter plain = MethodChecks.fresh(BASE, LoraConfig.lora(1, 1, List.of("q_proj")));
        assertThat(MethodChecks.logits(BASE, adapter, TEXT))
                .containsExactly(MethodChecks.logits(BASE, plain, TEXT), within(1e-5f));
    }

    /** The factors that a stored adapter's run began with: the second halves, B negated. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Beginning(double[][] a, double[][] b) {
        static Beginning of(LoraFactors stored, int rank) {
            double[][] a = matrix(stored.a(), stored.a().length / stored.rank());
            double[][] b = matrix(stored.b(), stored.rank());
            double[][] second = new double[b.length][rank];
            for (int row = 0; row < b.length; row++) {
                for (int r = 0; r < rank; r++) {
                    second[row][r] = -b[row][rank + r];
                }
            }
            return new Beginning(java.util.Arrays.copyOfRange(a, rank, 2 * rank), second);
        }

        int inputs() {
            return a[0].length;
        }
    }

    private static double[][] matrix(float[] values, int columns) {
        double[][] matrix = new double[values.length / columns][columns];
        for (int i = 0; i < values.length; i++) {
            matrix[i / columns][i % columns] = values[i];
        }
        return matrix;
    }

    /** By power iteration. */
    private static double largestSingularValue(double[][] matrix) {
        double[] x = new double[matrix[0].length];
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.sin(i + 1);
        }
        double length = 0;
        for (int round = 0; round < 200; round++) {
            double[] next = new double[x.length];
            for (double[] row : matrix) {
                double y = 0;
                for (int i = 0; i < x.length; i++) {
                    y += row[i] * x[i];
                }
                for (int i = 0; i < x.length; i++) {
                    next[i] += row[i] * y;
                }
            }
            double square = 0;
            for (double value : next) {
                square += value * value;
            }
            length = Math.sqrt(square);
            for (int i = 0; i < x.length; i++) {
                x[i] = next[i] / length;
            }
        }
        return Math.sqrt(length);
    }
}
