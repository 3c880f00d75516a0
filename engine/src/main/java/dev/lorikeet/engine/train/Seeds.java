package dev.lorikeet.engine.train;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Independent random numbers for each use of a run's seed, as functions of (seed, use, index): nothing is carried from
 * one to the next. Mixing: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
 */
public final class Seeds {
    /** What numbers are drawn for. */
    public enum Use {
        INITIALISATION(1),
        ORDER(2),
        DROPOUT(3);

        private final int number;

        Use(int number) {
            this.number = number;
        }
    }

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private Seeds() {}

    /** A number for the n-th draw of a use. */
    public static long derive(long seed, Use use, long index) {
        return mix(mix(seed + GOLDEN * use.number) + GOLDEN * (index + 1));
    }

    /** A generator for the n-th draw of a use. */
    public static RandomGenerator generator(long seed, Use use, long index) {
        // Named outright: the platform's default may change with the JDK, an adapter's bits may not.
        return RandomGeneratorFactory.of("L64X128MixRandom").create(derive(seed, use, index));
    }

    /** Draws a range of values uniformly within +- a bound. */
    public static void uniform(float[] values, int from, int count, RandomGenerator random, double bound) {
        for (int i = from; i < from + count; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
    }

    /** Draws a range of values from the normal distribution around 0. */
    public static void normal(float[] values, int from, int count, RandomGenerator random, double deviation) {
        for (int i = from; i < from + count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
