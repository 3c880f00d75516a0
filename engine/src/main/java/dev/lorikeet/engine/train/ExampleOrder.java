package dev.lorikeet.engine.train;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Which examples each step trains on: every epoch is a shuffle of its own, cut into windows; the last of an epoch may
 * be smaller. A function of seed and step alone, so there is no cursor to lose.
 *
 * @param examples how many there are, at least 1
 * @param window examples a step, at least 1
 * @param seed of the shuffles
 */
record ExampleOrder(int examples, int window, long seed) {
    ExampleOrder {
        if (examples < 1 || window < 1) {
            throw new IllegalArgumentException("nothing to order: " + examples + " examples, windows of " + window);
        }
    }

    int stepsPerEpoch() {
        return (examples + window - 1) / window;
    }

    /** Indices of the examples of a step, counted from 0. */
    int[] window(int step) {
        int epoch = step / stepsPerEpoch();
        int from = step % stepsPerEpoch() * window;
        return Arrays.copyOfRange(shuffle(epoch), from, Math.min(from + window, examples));
    }

    /** Fisher and Yates' shuffle. */
    private int[] shuffle(int epoch) {
        RandomGenerator random = Seeds.generator(seed, Seeds.Use.ORDER, epoch);
        int[] order = new int[examples];
        for (int i = 0; i < examples; i++) {
            order[i] = i;
        }
        for (int i = examples - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }
}
