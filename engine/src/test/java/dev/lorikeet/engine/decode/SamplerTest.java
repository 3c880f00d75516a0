package dev.lorikeet.engine.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplerTest {
    /** Probabilities 0.5, 0.25, 0.15, 0.1. */
    private static final double[] PROBABILITIES = {0.15, 0.5, 0.1, 0.25};

    private static float[] logits() {
        float[] logits = new float[PROBABILITIES.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(PROBABILITIES[i]) + 3;
        }
        return logits;
    }

    private static double[] frequencies(double temperature, int topK, double topP, double minP) {
        double[] counts = new double[PROBABILITIES.length];
        int draws = 20_000;
        for (int seed = 0; seed < draws; seed++) {
            Sampler sampler = new Sampler(new SamplingOptions(temperature, topK, topP, minP, 1, seed));
            counts[sampler.next(logits(), 5, position -> 0)] += 1.0 / draws;
        }
        return counts;
    }

    @Test
    void drawsFollowTheProbabilities() {
        double[] found = frequencies(1, 0, 1, 0);

        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(PROBABILITIES[i], within(0.015));
        }
    }

    @Test
    void temperatureSharpens() {
        double[] found = frequencies(0.5, 0, 1, 0);

        double total = 0.15 * 0.15 + 0.25 + 0.01 + 0.0625;
        assertThat(found[1]).isCloseTo(0.25 / total, within(0.015));
    }

    @Test
    void topKKeepsTheLikeliest() {
        double[] found = frequencies(1, 2, 1, 0);

        assertThat(found[0] + found[2]).isZero();
        assertThat(found[1]).isCloseTo(2.0 / 3, within(0.015));
    }

    @Test
    void topPKeepsTheSmallestSetThatReachesIt() {
        double[] found = frequencies(1, 0, 0.7, 0);

        assertThat(found[0] + found[2]).isZero();
        assertThat(found[3]).isCloseTo(1.0 / 3, within(0.015));
    }

    @Test
    void topPAfterTopKCountsWhatTopKLeft() {
        // Of 0.5 and 0.25, the first alone is two thirds.
        double[] found = frequencies(1, 2, 0.6, 0);

        assertThat(found[1]).isCloseTo(1, within(1e-9));
    }

    @Test
    void minPKeepsWhatIsLikelyBesideTheBest() {
        double[] found = frequencies(1, 0, 1, 0.25);

        assertThat(found[2]).isZero();
        assertThat(found[0]).isCloseTo(0.15 / 0.9, within(0.015));
    }

    @Test
    void filtersSeeDeepTails() {
        // 20,000 equal tokens far below the best: top-p needs most of them.
        float[] logits = new float[20_001];
        java.util.Arrays.fill(logits, -12);
        logits[7] = 0;
        Set<Integer> seen = new TreeSet<>();
        for (int seed = 0; seed < 2000; seed++) {
            Sampler sampler = new Sampler(new SamplingOptions(1, 0, 0.99, 0, 1, seed));
            seen.add(sampler.next(logits.clone(), 1, position -> 0));
        }

        assertThat(seen).hasSizeGreaterThan(50);
    }

    @Test
    void repetitionPenaltyWeighsOnSeenTokens() {
        Sampler sampler = new Sampler(new SamplingOptions(0, 0, 1, 0, 10, 0));

        // The best is seen: 2.3 / 10 falls below the others.
        assertThat(sampler.next(logits(), 1, position -> 1)).isEqualTo(3);
        assertThat(sampler.plainGreedy()).isFalse();
    }

    @Test
    void aSeedRepeatsItsDrawsAndPositionsDiffer() {
        Sampler one = new Sampler(new SamplingOptions(1, 0, 1, 0, 1, 42));
        Sampler two = new Sampler(new SamplingOptions(1, 0, 1, 0, 1, 42));
        Set<Integer> seen = new TreeSet<>();
        for (int position = 1; position < 200; position++) {
            int token = one.next(logits(), position, index -> 0);
            assertThat(two.next(logits(), position, index -> 0)).isEqualTo(token);
            seen.add(token);
        }

        assertThat(seen).containsExactly(0, 1, 2, 3);
    }

    @Test
    void optionsOutsideTheirRangeAreRefused() {
        assertThatThrownBy(() -> new SamplingOptions(-1, 0, 1, 0, 1, 0)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new SamplingOptions(1, -1, 1, 0, 1, 0)).hasMessageContaining("topK");
        assertThatThrownBy(() -> new SamplingOptions(1, 0, 0, 0, 1, 0)).hasMessageContaining("topP");
        assertThatThrownBy(() -> new SamplingOptions(1, 0, 1, 2, 1, 0)).hasMessageContaining("minP");
        assertThatThrownBy(() -> new SamplingOptions(1, 0, 1, 0, Double.NaN, 0))
                .hasMessageContaining("repetitionPenalty");
    }
}
