package dev.lorikeet.engine.decode;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Chooses one sequence's next tokens from its logits. A draw depends on nothing but the options' seed, the position and
 * the logits, so neighbours in a batch and the time of day do not matter.
 */
final class Sampler {
    /** Candidates this far below the best, in natural logarithms, are looked at first. */
    private static final double FIRST_DEPTH = 10;

    private final SamplingOptions options;

    Sampler(SamplingOptions options) {
        this.options = options;
    }

    /** Whether the likeliest token of the plain logits is the answer. */
    boolean plainGreedy() {
        return options.greedy() && options.repetitionPenalty() == 1;
    }

    /**
     * The next token.
     *
     * @param logits of the vocabulary, finite; changed
     * @param length tokens of the sequence so far
     * @param token gives each of them
     */
    int next(float[] logits, int length, IntUnaryOperator token) {
        penalise(logits, length, token);
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        if (options.greedy()) {
            return best;
        }
        return draw(logits, logits[best], uniform(options.seed(), length));
    }

    private void penalise(float[] logits, int length, IntUnaryOperator token) {
        float penalty = (float) options.repetitionPenalty();
        if (penalty == 1) {
            return;
        }
        boolean[] seen = new boolean[logits.length];
        for (int i = 0; i < length; i++) {
            int id = token.applyAsInt(i);
            if (id < seen.length && !seen[id]) {
                seen[id] = true;
                logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
            }
        }
    }

    /** One draw from the distribution that the filters leave. */
    private int draw(float[] logits, float best, double uniform) {
        double[] weights = new double[logits.length];
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            weights[i] = Math.exp((logits[i] - best) / options.temperature());
            total += weights[i];
        }
        if (options.topK() == 0 && options.topP() == 1 && options.minP() == 0) {
            return pick(weights, total, uniform);
        }
        return filtered(weights, total, uniform);
    }

    private static int pick(double[] weights, double total, double uniform) {
        double left = uniform * total;
        int lastPossible = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                lastPossible = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return lastPossible;
    }

    /** Sorts no more candidates than it takes for the filters to be decided. */
    private int filtered(double[] weights, double total, double uniform) {
        double depth = FIRST_DEPTH;
        while (true) {
            double least = options.minP() > 0 ? Math.max(options.minP(), Math.exp(-depth)) : Math.exp(-depth);
            // min-p alone rules out everything below it; below exp(-700) nothing is left to find.
            boolean all = least == options.minP() || depth > 700;
            int[] candidates = sorted(weights, all && least != options.minP() ? 0 : least);
            int kept = kept(weights, total, candidates, all);
            if (kept > 0) {
                return pick(weights, candidates, kept, uniform);
            }
            depth *= 2;
        }
    }

    /** Tokens at least this heavy, the heaviest first, equal ones by id. */
    private static int[] sorted(double[] weights, double least) {
        long[] keys = new long[weights.length];
        int count = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] >= least && weights[i] > 0) {
                // Weights are 0 to 1, so their bits order as they do; 31 low bits make room for the id.
                keys[count++] = (-(Double.doubleToRawLongBits(weights[i]) >>> 31) << 31) | i;
            }
        }
        Arrays.sort(keys, 0, count);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) (keys[i] & 0x7fffffff);
        }
        return ids;
    }

    /** How many of the candidates the filters keep; 0 if more candidates must be seen to tell. */
    private int kept(double[] weights, double total, int[] candidates, boolean all) {
        int limit = options.topK() == 0 ? Integer.MAX_VALUE : options.topK();
        if (candidates.length < limit && !all && options.topP() == 1) {
            return 0;
        }
        int count = Math.min(limit, candidates.length);
        double mass = total;
        if (options.topK() > 0) {
            if (candidates.length < limit && !all) {
                return 0;
            }
            mass = 0;
            for (int i = 0; i < count; i++) {
                mass += weights[candidates[i]];
            }
        }
        if (options.topP() < 1) {
            double sum = 0;
            int nucleus = 0;
            while (nucleus < count && sum < options.topP() * mass) {
                sum += weights[candidates[nucleus++]];
            }
            if (nucleus == candidates.length && sum < options.topP() * mass && !all) {
                return 0;
            }
            count = Math.max(1, nucleus);
        }
        int heavy = 0;
        while (heavy < count && weights[candidates[heavy]] >= options.minP()) {
            heavy++;
        }
        return Math.max(1, heavy);
    }

    private static int pick(double[] weights, int[] candidates, int kept, double uniform) {
        double total = 0;
        for (int i = 0; i < kept; i++) {
            total += weights[candidates[i]];
        }
        double left = uniform * total;
        for (int i = 0; i < kept; i++) {
            left -= weights[candidates[i]];
            if (left < 0) {
                return candidates[i];
            }
        }
        return candidates[kept - 1];
    }

    /** SplitMix64 of seed and position, as a number from 0 to below 1 (Steele, Lea, Flood 2014). */
    static double uniform(long seed, int position) {
        long z = mix(seed) + (position + 1L) * 0x9e3779b97f4a7c15L;
        return (mix(z) >>> 11) * 0x1.0p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
