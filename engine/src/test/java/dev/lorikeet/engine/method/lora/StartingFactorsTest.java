package dev.lorikeet.engine.method.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StartingFactorsTest {
    private static final int OUTPUTS = 300;
    private static final int INPUTS = 200;

    /** A diagonal matrix has its singular values on the diagonal, here 1, 0.8, 0.64, ... in a shuffled order. */
    @Test
    void largeWeightsGiveTheirLargestSingularValuesTooAndTheSameBits() {
        float[] weight = new float[OUTPUTS * INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            weight[i * INPUTS + i] = (float) Math.pow(0.8, i * 7 % INPUTS);
        }
        LoraModule target = new LoraModule(new LinearModule("w", 0, Group.HEAD, 0, INPUTS, OUTPUTS), 4, 0.5);
        try (StartingFactors factors = new StartingFactors()) {
            LowRank first = factors.principal(target, weight, new Random(1));

            for (int i = 0; i < INPUTS; i++) {
                double product = 0;
                for (int r = 0; r < 4; r++) {
                    product += 0.5 * first.b()[i * 4 + r] * first.a()[r * INPUTS + i];
                }
                int place = i * 7 % INPUTS;
                assertThat(product).isCloseTo(place < 4 ? Math.pow(0.8, place) : 0, within(1e-5));
            }
            LowRank again = factors.principal(target, weight, new Random(1));
            assertThat(again.a()).isEqualTo(first.a());
            assertThat(again.b()).isEqualTo(first.b());
        }
    }
}
