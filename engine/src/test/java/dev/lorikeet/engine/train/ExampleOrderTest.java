package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExampleOrderTest {
    @Test
    void everyEpochHoldsEveryExampleOnce() {
        ExampleOrder order = new ExampleOrder(10, 4, 7);

        assertThat(order.stepsPerEpoch()).isEqualTo(3);
        assertThat(epoch(order, 0)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(epoch(order, 1)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(order.window(2)).hasSize(2);
    }

    @Test
    void epochsAndSeedsDiffer() {
        assertThat(epoch(new ExampleOrder(20, 4, 1), 0)).isNotEqualTo(epoch(new ExampleOrder(20, 4, 1), 1));
        assertThat(epoch(new ExampleOrder(20, 4, 1), 0)).isNotEqualTo(epoch(new ExampleOrder(20, 4, 2), 0));
    }

    /** The bits of an adapter depend on this order: it may never change with a new JDK or a refactoring. */
    @Test
    void orderOfASeedIsFixedForEver() {
        assertThat(new ExampleOrder(8, 8, 42).window(0)).containsExactly(5, 0, 1, 7, 2, 3, 4, 6);
    }

    private static List<Integer> epoch(ExampleOrder order, int epoch) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < order.stepsPerEpoch(); i++) {
            for (int example : order.window(epoch * order.stepsPerEpoch() + i)) {
                all.add(example);
            }
        }
        return all;
    }
}
