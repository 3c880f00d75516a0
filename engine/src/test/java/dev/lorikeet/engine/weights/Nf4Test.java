package dev.lorikeet.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Nf4Test {
    /** Made by src/test/python/nf4_vectors.py with bitsandbytes 0.50.2. */
    private static final Path VECTORS = Path.of("src/test/resources/quantisation/nf4.safetensors");

    @Test
    void codesAreThoseOfBitsandbytes() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(VECTORS)) {
            Nf4.Encoded encoded = Nf4.encode(file.floats("weights"));

            assertThat(Nf4.magnitudeLevels()).containsExactly(file.floats("levels"), within(1e-7f));
            assertThat(encoded.codes()).isEqualTo(bytes(file, "codes"));
            assertThat(encoded.magnitudes()).isEqualTo(bytes(file, "magnitudes"));
            assertThat(encoded.scales()).containsExactly(file.floats("scales"), within(1e-6f));
            assertThat(encoded.mean()).isCloseTo(file.floats("mean")[0], within(1e-6f));
            assertThat(Nf4.decode(encoded)).containsExactly(file.floats("decoded"), within(2e-6f));
        }
    }

    private static byte[] bytes(SafetensorsFile file, String name) {
        return file.bytes(name).toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void gaussianWeightsLoseLessThanWithEvenLevels() {
        float[] weights = gaussian(1 << 20, 1);

        double ours = error(weights, Nf4.decode(Nf4.encode(weights)));
        double even = error(weights, evenLevels(weights));

        // The paper's figure is 1.37 for the mean square; double quantisation costs next to nothing.
        assertThat(even / ours).isBetween(1.3, 1.5);
    }

    /** Blocks of 64 in 15 even steps from -largest to largest: plain INT4. */
    private static float[] evenLevels(float[] weights) {
        float[] decoded = new float[weights.length];
        for (int from = 0; from < weights.length; from += Nf4.BLOCK) {
            float largest = 0;
            for (int i = from; i < from + Nf4.BLOCK; i++) {
                largest = Math.max(largest, Math.abs(weights[i]));
            }
            for (int i = from; i < from + Nf4.BLOCK; i++) {
                decoded[i] = Math.round(weights[i] / largest * 7) * largest / 7;
            }
        }
        return decoded;
    }

    private static double error(float[] expected, float[] actual) {
        double sum = 0;
        for (int i = 0; i < expected.length; i++) {
            sum += Math.pow(expected[i] - (double) actual[i], 2);
        }
        return sum / expected.length;
    }

    @Test
    void aWeightTakesFourBitsAndAnEighth() {
        Nf4.Encoded encoded = Nf4.encode(gaussian(1 << 20, 2));

        assertThat(8.0 * encoded.bytes() / (1 << 20)).isCloseTo(4.127, within(1e-3));
    }

    @Test
    void blocksOfZerosStayZeros() {
        float[] weights = gaussian(6 * Nf4.BLOCK, 3);
        Arrays.fill(weights, Nf4.BLOCK, 3 * Nf4.BLOCK, 0);

        float[] decoded = Nf4.decode(Nf4.encode(weights));

        for (int i = Nf4.BLOCK; i < 3 * Nf4.BLOCK; i++) {
            assertThat(Math.abs(decoded[i])).isZero();
        }
        assertThat(Nf4.decode(Nf4.encode(new float[100]))).hasSize(100).containsOnly(0f);
    }

    @Test
    void weightsNeedNotFillTheirLastBlock() {
        float[] weights = gaussian(3 * Nf4.BLOCK + 5, 4);

        float[] decoded = Nf4.decode(Nf4.encode(weights));

        assertThat(decoded).hasSameSizeAs(weights);
        assertThat(decoded).containsExactly(weights, within(0.5f));
    }

    @Test
    void equalMagnitudesAreKeptExactly() {
        float[] weights = new float[4 * Nf4.BLOCK];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 0.5f * Nf4.levels()[i % 16];
        }

        assertThat(Nf4.decode(Nf4.encode(weights))).containsExactly(weights, within(1e-7f));
    }

    @Test
    void weightsThatAreNotFiniteAreRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] weights = gaussian(128, 5);
            weights[77] = bad;

            assertThatThrownBy(() -> Nf4.encode(weights))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not finite");
        }
    }

    private static float[] gaussian(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
