package dev.lorikeet.engine.method.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.script.TensorRuntime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The choice of triplets, computed by hand: two modules of one input and one output with two triplets each. The vector is
 * Q, Q | Q, Q | P, P | P, P | lambda: 4 + 4 + 4 numbers.
 */
class AllocationTest {
    private static final int SIZE = 12;
    private static final String BIND = """
            def bind(self, index: Tensor, scales: Tensor, state: Tensor) -> Tensor:
              self.index = annotate(List[int], index.tolist())
              self.scales = annotate(List[float], scales.tolist())
              self.state = [state]
              return state
            """;

    private static final float[] VALUES = {1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4};

    /**
     * beta 1 = beta 2 = 0.5. Only lambda has gradients g: |w g| = S.
     * Step 1: g = (4, 1, 1, 1): S = (4, 2, 3, 4), I = (2, 1, 1.5, 2), |S - I| = (2, 1, 1.5, 2), U = (1, .5, .75, 1).
     * Step 2: the same g: S the same; I = (3, 1.5, 2.25, 3), |S - I| = (1, .5, .75, 1), U = (1, .5, .75, 1);
     * I U = (3, .75, 1.6875, 3). Three are kept: the second goes.
     * Step 3: g = (0, 0, 2, 0), lambda = (1, 0, 3, 4): S = (0, 0, 6, 0); I = (1.5, .75, 4.125, 1.5);
     * |S - I| = (1.5, .75, 1.875, 1.5); U = (1.25, .625, 1.3125, 1.25); I U = (1.875, .46875, 5.4140625, 1.875).
     * Two are kept: the third and, of the equals, the first.
     */
    @Test
    void threeStepsByHand() {
        try (Trace trace = new Trace(Importance.Variant.SMOOTHED)) {
            trace.step(new float[] {4, 1, 1, 1}, false, 4);
            assertThat(trace.sensitivities()).containsExactly(new float[] {2, 1, 1.5f, 2}, within(1e-6f));
            assertThat(trace.uncertainties()).containsExactly(new float[] {1, 0.5f, 0.75f, 1}, within(1e-6f));
            assertThat(trace.lambda()).containsExactly(1, 2, 3, 4);

            trace.step(new float[] {4, 1, 1, 1}, true, 3);
            assertThat(trace.sensitivities()).containsExactly(new float[] {3, 1.5f, 2.25f, 3}, within(1e-6f));
            assertThat(trace.lambda()).containsExactly(1, 0, 3, 4);
            assertThat(trace.kept()).containsExactly(1, 0, 1, 1);

            trace.step(new float[] {0, 0, 2, 0}, true, 2);
            assertThat(trace.sensitivities()).containsExactly(new float[] {1.5f, 0.75f, 4.125f, 1.5f}, within(1e-6f));
            assertThat(trace.uncertainties())
                    .containsExactly(new float[] {1.25f, 0.625f, 1.3125f, 1.25f}, within(1e-6f));
            assertThat(trace.lambda()).containsExactly(1, 0, 3, 0);
            assertThat(trace.kept()).containsExactly(1, 0, 1, 0);
        }
    }

    /** A triplet's row of Q and column of P count with it: here they alone. */
    @Test
    void rowsAndColumnsCountWithTheirTriplet() {
        try (Trace trace = new Trace(Importance.Variant.SMOOTHED)) {
            float[] gradients = new float[SIZE];
            gradients[1] = 1;
            gradients[6] = 2;
            trace.stepAll(gradients, true, 2);

            assertThat(trace.kept()).containsExactly(0, 1, 1, 0);
        }
    }

    @Test
    void sensitivityOfTheLastStepAloneIsAChoice() {
        try (Trace trace = new Trace(Importance.Variant.SENSITIVITY)) {
            trace.step(new float[] {100, 100, 0, 0}, false, 4);
            trace.step(new float[] {0, 0, 1, 1}, true, 2);

            assertThat(trace.kept()).containsExactly(0, 0, 1, 1);
        }
    }

    @Test
    void sizeOfLambdaIsAChoice() {
        try (Trace trace = new Trace(Importance.Variant.MAGNITUDE)) {
            trace.step(new float[] {100, 0, 0, 0}, true, 1);

            assertThat(trace.lambda()).containsExactly(0, 0, 0, 4);
        }
    }

    @Test
    void doubletsLoseTheirColumnOfB() {
        try (Trace trace = new Trace(Importance.Variant.DOUBLETS)) {
            float[] gradients = new float[SIZE];
            gradients[0] = 1;
            gradients[7] = 1;
            trace.stepAll(gradients, true, 2);

            assertThat(Arrays.copyOf(trace.values(), 4)).containsExactly(1, 1, 1, 1);
            assertThat(Arrays.copyOfRange(trace.values(), 4, 8)).containsExactly(1, 0, 0, 1);
            assertThat(trace.lambda()).containsExactly(1, 2, 3, 4);
        }
    }

    /** Exactly as many as the budget says, the first of equals; all of them when it is all. */
    @Test
    void tiesBreakByPosition() {
        for (int budget = 1; budget <= 4; budget++) {
            try (Trace trace = new Trace(Importance.Variant.SMOOTHED)) {
                trace.step(new float[4], true, budget);

                for (int i = 0; i < 4; i++) {
                    assertThat(trace.kept()[i]).isEqualTo(i < budget ? 1 : 0);
                }
            }
        }
    }

    private static final class Trace implements AutoCloseable {
        private final NDManager manager = TensorRuntime.newManager(Device.cpu());
        private final NDArray values = manager.create(VALUES.clone());
        private final NDArray state;
        private final Script script;

        Trace(Importance.Variant variant) {
            float[] start = new float[2 * SIZE + 4 + 2];
            Arrays.fill(start, 2 * SIZE, 2 * SIZE + 4, 1);
            this.state = manager.create(start);
            ScriptSource source = new ScriptSource(List.of(BIND), Map.of(), Map.of())
                    .and(AdaLoraTraining.class, "allocation.py")
                    .constant("table", 2)
                    .constant("variant", variant.number())
                    .tensorList("state")
                    .intList("index")
                    .floatList("scales");
            this.script = Script.compile(source, Device.cpu());
            try (NDManager scope = manager.newSubManager()) {
                NDArray index = scope.create(new long[] {0, 1, 2, 2, 1, 1, 2, 1, 1});
                NDArray scales = scope.create(new double[] {1, 0.5, 0.5, 0.5});
                script.call(scope, "bind", Script.Mode.NO_GRADIENT, index, scales, state);
            }
        }

        void step(float[] lambdas, boolean choose, int budget) {
            float[] gradients = new float[SIZE];
            System.arraycopy(lambdas, 0, gradients, 8, 4);
            stepAll(gradients, choose, budget);
        }

        void stepAll(float[] gradients, boolean choose, int budget) {
            try (NDManager scope = manager.newSubManager()) {
                NDArray settings = scope.create(new double[] {1, 10, 1e-3, 1, choose ? 1 : 0, budget, 0});
                script.call(scope, "stepped", Script.Mode.NO_GRADIENT, values, scope.create(gradients), settings);
            }
        }

        float[] values() {
            return values.toFloatArray();
        }

        float[] lambda() {
            return Arrays.copyOfRange(values(), 8, 12);
        }

        float[] sensitivities() {
            return Arrays.copyOfRange(state.toFloatArray(), 8, 12);
        }

        float[] uncertainties() {
            return Arrays.copyOfRange(state.toFloatArray(), SIZE + 8, SIZE + 12);
        }

        float[] kept() {
            return Arrays.copyOfRange(state.toFloatArray(), 2 * SIZE, 2 * SIZE + 4);
        }

        @Override
        public void close() {
            script.close();
            manager.close();
        }
    }
}
