package dev.lorikeet.engine.weights;

/**
 * Blocks of quantised values to float32, as ggml's reference {@code dequantize_row_*} defines them.
 *
 * <p>Each method reads one block of {@code q} at {@code b} and writes the block's elements to {@code y} at {@code o}.
 */
final class Dequantiser {
    private Dequantiser() {}

    /** Dequantises {@code blocks} blocks from the start of {@code q} to the start of {@code y}. */
    static void dequantise(GgufType type, byte[] q, int blocks, float[] y) {
        for (int i = 0, b = 0, o = 0; i < blocks; i++, b += type.blockBytes(), o += type.blockElements()) {
            switch (type) {
                case Q4_0 -> q40(q, b, y, o);
                case Q4_1 -> q41(q, b, y, o);
                case Q5_0 -> q50(q, b, y, o);
                case Q5_1 -> q51(q, b, y, o);
                case Q8_0 -> q80(q, b, y, o);
                case Q2_K -> q2k(q, b, y, o);
                case Q3_K -> q3k(q, b, y, o);
                case Q4_K -> q4k(q, b, y, o);
                case Q5_K -> q5k(q, b, y, o);
                case Q6_K -> q6k(q, b, y, o);
                case F32, F16, BF16 -> throw new IllegalArgumentException(type + " is not quantised");
            }
        }
    }

    private static float half(byte[] q, int at) {
        return Float.float16ToFloat((short) ((q[at] & 0xff) | (q[at + 1] << 8)));
    }

    private static int word(byte[] q, int at) {
        return (q[at] & 0xff) | ((q[at + 1] & 0xff) << 8) | ((q[at + 2] & 0xff) << 16) | (q[at + 3] << 24);
    }

    private static void q40(byte[] q, int b, float[] y, int o) {
        float d = half(q, b);
        for (int j = 0; j < 16; j++) {
            int v = q[b + 2 + j];
            y[o + j] = ((v & 15) - 8) * d;
            y[o + j + 16] = (((v >> 4) & 15) - 8) * d;
        }
    }

    private static void q41(byte[] q, int b, float[] y, int o) {
        float d = half(q, b);
        float m = half(q, b + 2);
        for (int j = 0; j < 16; j++) {
            int v = q[b + 4 + j];
            y[o + j] = (v & 15) * d + m;
            y[o + j + 16] = ((v >> 4) & 15) * d + m;
        }
    }

    private static void q50(byte[] q, int b, float[] y, int o) {
        float d = half(q, b);
        int high = word(q, b + 2);
        for (int j = 0; j < 16; j++) {
            int v = q[b + 6 + j];
            y[o + j] = (((v & 15) | ((high >>> j & 1) << 4)) - 16) * d;
            y[o + j + 16] = (((v >> 4 & 15) | ((high >>> (j + 16) & 1) << 4)) - 16) * d;
        }
    }

    private static void q51(byte[] q, int b, float[] y, int o) {
        float d = half(q, b);
        float m = half(q, b + 2);
        int high = word(q, b + 4);
        for (int j = 0; j < 16; j++) {
            int v = q[b + 8 + j];
            y[o + j] = ((v & 15) | ((high >>> j & 1) << 4)) * d + m;
            y[o + j + 16] = ((v >> 4 & 15) | ((high >>> (j + 16) & 1) << 4)) * d + m;
        }
    }

    private static void q80(byte[] q, int b, float[] y, int o) {
        float d = half(q, b);
        for (int j = 0; j < 32; j++) {
            y[o + j] = q[b + 2 + j] * d;
        }
    }

    /** 16 scales of 4 + 4 bits, 64 bytes of 2-bit values, d, dmin. */
    private static void q2k(byte[] q, int b, float[] y, int o) {
        float d = half(q, b + 80);
        float min = half(q, b + 82);
        for (int group = 0; group < 16; group++) {
            int scale = q[b + group];
            float dl = d * (scale & 15);
            float ml = min * (scale >> 4 & 15);
            // Groups run through the four shifts of 32 bytes before the next 32 bytes begin.
            int values = b + 16 + (group / 8) * 32 + (group % 2) * 16;
            int shift = (group % 8 / 2) * 2;
            for (int l = 0; l < 16; l++) {
                y[o + group * 16 + l] = dl * (q[values + l] >> shift & 3) - ml;
            }
        }
    }

    /** 32 bytes of high bits, 64 bytes of 2-bit values, 16 scales of 6 bits in 12 bytes, d. */
    private static void q3k(byte[] q, int b, float[] y, int o) {
        float d = half(q, b + 108);
        int scales = b + 96;
        for (int group = 0; group < 16; group++) {
            int low = group < 8 ? q[scales + group] & 15 : q[scales + group - 8] >> 4 & 15;
            int high = q[scales + 8 + group % 4] >> (2 * (group / 4)) & 3;
            float dl = d * ((low | high << 4) - 32);
            int half = (group % 2) * 16;
            int values = b + 32 + (group / 8) * 32 + half;
            int shift = (group % 8 / 2) * 2;
            int bit = group / 2;
            for (int l = 0; l < 16; l++) {
                int v = (q[values + l] >> shift & 3) - ((q[b + half + l] >> bit & 1) == 0 ? 4 : 0);
                y[o + group * 16 + l] = dl * v;
            }
        }
    }

    private static int scale4(byte[] q, int scales, int j) {
        return j < 4 ? q[scales + j] & 63 : (q[scales + j + 4] & 15) | (q[scales + j - 4] >> 6 & 3) << 4;
    }

    private static int min4(byte[] q, int scales, int j) {
        return j < 4 ? q[scales + j + 4] & 63 : (q[scales + j + 4] >> 4 & 15) | (q[scales + j] >> 6 & 3) << 4;
    }

    /** d, dmin, 8 scales and 8 minima of 6 bits in 12 bytes, 128 bytes of 4-bit values. */
    private static void q4k(byte[] q, int b, float[] y, int o) {
        float d = half(q, b);
        float min = half(q, b + 2);
        for (int group = 0; group < 8; group++) {
            float dl = d * scale4(q, b + 4, group);
            float ml = min * min4(q, b + 4, group);
            int values = b + 16 + (group / 2) * 32;
            int shift = (group % 2) * 4;
            for (int l = 0; l < 32; l++) {
                y[o + group * 32 + l] = dl * (q[values + l] >> shift & 15) - ml;
            }
        }
    }

    /** As Q4_K with 32 bytes of fifth bits before the 4-bit values. */
    private static void q5k(byte[] q, int b, float[] y, int o) {
        float d = half(q, b);
        float min = half(q, b + 2);
        for (int group = 0; group < 8; group++) {
            float dl = d * scale4(q, b + 4, group);
            float ml = min * min4(q, b + 4, group);
            int values = b + 48 + (group / 2) * 32;
            int shift = (group % 2) * 4;
            for (int l = 0; l < 32; l++) {
                int v = (q[values + l] >> shift & 15) | (q[b + 16 + l] >> group & 1) << 4;
                y[o + group * 32 + l] = dl * v - ml;
            }
        }
    }

    /** 128 bytes of low 4 bits, 64 bytes of high 2 bits, 16 signed scales, d. */
    private static void q6k(byte[] q, int b, float[] y, int o) {
        float d = half(q, b + 208);
        for (int group = 0; group < 8; group++) {
            int part = group % 4;
            int low = b + (group / 4) * 64 + (part % 2) * 32;
            int high = b + 128 + (group / 4) * 32;
            int lowShift = (part / 2) * 4;
            for (int l = 0; l < 32; l++) {
                int v = (q[low + l] >> lowShift & 15) | (q[high + l] >> (2 * part) & 3) << 4;
                float scale = d * q[b + 192 + group * 2 + l / 16];
                y[o + group * 32 + l] = scale * (v - 32);
            }
        }
    }
}
