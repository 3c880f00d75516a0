package dev.lorikeet.engine.weights;

import java.util.Arrays;

/**
 * Four-bit NormalFloat with double quantisation (Dettmers et al. 2023): 4.127 bits a weight. A block of 64 weights is
 * divided by its largest magnitude, and each quotient becomes the nearest of 16 levels, which are quantiles of the normal
 * distribution. The magnitudes, less their mean, are themselves divided in blocks of 256 by the largest of each and become
 * the nearest of 256 levels.
 *
 * <p>Codes and levels are those of bitsandbytes ({@code nf4}, {@code compress_statistics}), but for blocks of zeros, which
 * stay zeros here.
 */
public final class Nf4 {
    /** Weights that share a magnitude. */
    public static final int BLOCK = 64;
    /** Magnitudes that share a scale. */
    public static final int SUPER_BLOCK = 256;

    private static final int ZERO = 7;
    private static final float[] LEVELS = {
        -1f,
        -0.6961928f,
        -0.52507305f,
        -0.3949175f,
        -0.28444138f,
        -0.18477343f,
        -0.091050036f,
        0f,
        0.0795803f,
        0.1609302f,
        0.2461123f,
        0.33791524f,
        0.44070983f,
        0.562617f,
        0.72295684f,
        1f
    };
    private static final float[] MIDDLES = middles(LEVELS);
    private static final float[] MAGNITUDE_LEVELS = dynamic();
    private static final float[] MAGNITUDE_MIDDLES = middles(MAGNITUDE_LEVELS);

    private Nf4() {}

    /**
     * Encoded weights.
     *
     * @param elements how many weights
     * @param codes two weights a byte, the earlier in the upper half, up to a whole block
     * @param magnitudes a code a block
     * @param scales one for each 256 magnitudes
     * @param mean of the magnitudes
     */
    @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
    public record Encoded(long elements, byte[] codes, byte[] magnitudes, float[] scales, float mean) {
        public Encoded {
            long blocks = (elements + BLOCK - 1) / BLOCK;
            if (elements < 1
                    || codes.length != blocks * BLOCK / 2
                    || magnitudes.length != blocks
                    || scales.length != (blocks + SUPER_BLOCK - 1) / SUPER_BLOCK) {
                throw new IllegalArgumentException("no NF4 encoding of " + elements + " weights: " + codes.length
                        + " bytes of codes, " + magnitudes.length + " magnitudes, " + scales.length + " scales");
            }
        }

        /** Bytes that it takes: 4 + 8 / 64 + 32 / (64 * 256) bits a weight of whole blocks. */
        public long bytes() {
            return codes.length + magnitudes.length + 4L * scales.length + 4;
        }
    }

    /** The 16 levels, rising, by code. */
    public static float[] levels() {
        return LEVELS.clone();
    }

    /** The 256 levels of the magnitudes, rising, by code. */
    public static float[] magnitudeLevels() {
        return MAGNITUDE_LEVELS.clone();
    }

    /**
     * Encodes weights.
     *
     * @throws IllegalArgumentException if there are none, or one is not finite
     */
    public static Encoded encode(float[] weights) {
        int blocks = (weights.length + BLOCK - 1) / BLOCK;
        byte[] codes = new byte[blocks * (BLOCK / 2)];
        float[] largest = new float[blocks];
        double sum = 0;
        for (int block = 0; block < blocks; block++) {
            int from = block * BLOCK;
            int to = Math.min(from + BLOCK, weights.length);
            largest[block] = largest(weights, from, to);
            if (!Float.isFinite(largest[block])) {
                throw new IllegalArgumentException("a weight that is not finite cannot be encoded as NF4");
            }
            sum += largest[block];
            // A block of zeros has no quotients: the level 0 whatever its magnitude decodes to.
            float scale = largest[block] == 0 ? 0 : 1 / largest[block];
            for (int i = from; i < from + BLOCK; i++) {
                int code = i < to ? nearest(Math.clamp(weights[i] * scale, -1f, 1f)) : ZERO;
                codes[i / 2] |= (byte) (i % 2 == 0 ? code << 4 : code);
            }
        }
        float mean = (float) (sum / blocks);
        byte[] magnitudes = new byte[blocks];
        float[] scales = new float[(blocks + SUPER_BLOCK - 1) / SUPER_BLOCK];
        for (int block = 0; block < blocks; block++) {
            largest[block] -= mean;
        }
        for (int group = 0; group < scales.length; group++) {
            int from = group * SUPER_BLOCK;
            int to = Math.min(from + SUPER_BLOCK, blocks);
            scales[group] = largest(largest, from, to);
            for (int block = from; block < to; block++) {
                float quotient = scales[group] == 0 ? 0 : largest[block] / scales[group];
                magnitudes[block] = (byte) place(MAGNITUDE_MIDDLES, quotient);
            }
        }
        return new Encoded(weights.length, codes, magnitudes, scales, mean);
    }

    /**
     * Decodes weights, each the product of a level and its block's magnitude in float32.
     *
     * @throws IllegalArgumentException if there are more than an array holds
     */
    public static float[] decode(Encoded encoded) {
        if (encoded.elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(encoded.elements() + " weights do not fit an array");
        }
        float[] weights = new float[(int) encoded.elements()];
        for (int block = 0; block < encoded.magnitudes().length; block++) {
            float magnitude =
                    MAGNITUDE_LEVELS[encoded.magnitudes()[block] & 0xff] * encoded.scales()[block / SUPER_BLOCK];
            magnitude += encoded.mean();
            int to = Math.min((block + 1) * BLOCK, weights.length);
            for (int i = block * BLOCK; i < to; i++) {
                int pair = encoded.codes()[i / 2];
                weights[i] = LEVELS[(i % 2 == 0 ? pair >> 4 : pair) & 0xf] * magnitude;
            }
        }
        return weights;
    }

    private static float largest(float[] values, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            // NaN wins, so that the caller sees it.
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    /** The nearest level's code, of two the lower one. */
    private static int nearest(float quotient) {
        int code = 0;
        // As quick as a search, and without branches.
        for (float middle : MIDDLES) {
            code += quotient > middle ? 1 : 0;
        }
        return code;
    }

    /** How many bounds are smaller. */
    private static int place(float[] bounds, float value) {
        int found = Arrays.binarySearch(bounds, value);
        return found >= 0 ? found : -found - 1;
    }

    private static float[] middles(float[] levels) {
        float[] middles = new float[levels.length - 1];
        for (int i = 0; i < middles.length; i++) {
            middles[i] = (levels[i] + levels[i + 1]) / 2;
        }
        return middles;
    }

    /**
     * A sign, a decimal exponent in unary and a fraction with the bits that are left, all in 8 bits: of each of seven
     * decades the middles of 1, 2, 4, ... 64 equal parts between its tenth and its end, of both signs; 0; 1. (Dettmers
     * 2016.)
     */
    private static float[] dynamic() {
        float[] levels = new float[256];
        int count = 0;
        for (int decade = 0; decade < 7; decade++) {
            int parts = 1 << decade;
            double unit = Math.pow(10, decade - 6.0);
            for (int part = 0; part < parts; part++) {
                float low = bound(part, parts);
                float high = bound(part + 1, parts);
                double middle = unit * ((low + high) / 2);
                levels[count++] = (float) middle;
                levels[count++] = (float) -middle;
            }
        }
        levels[count++] = 0;
        levels[count] = 1;
        Arrays.sort(levels);
        return levels;
    }

    /** The bounds of equal parts between 0.1 and 1. */
    private static float bound(int part, int parts) {
        return (float) (0.1 + 0.9 * part / parts);
    }
}
