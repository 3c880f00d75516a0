package dev.lorikeet.engine.decode;

/**
 * How the next token is chosen. The steps, in order: repetition penalty, temperature, top-k, top-p, min-p, then one
 * draw from what is left (the order of transformers' logits warpers).
 *
 * @param temperature 0 for greedy, else divides the logits
 * @param topK keeps the k likeliest tokens; 0 for all
 * @param topP keeps the likeliest tokens whose probabilities reach this sum; 1 for all
 * @param minP keeps tokens at least this times as likely as the likeliest; 0 for all
 * @param repetitionPenalty divides positive logits, multiplies negative ones, of tokens already in the sequence; 1 for
 *     none
 * @param seed of the sequence's draws: the same seed, prompt and options give the same text, whatever else runs
 */
public record SamplingOptions(
        double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {
    /** Always the likeliest token. */
    public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0, 1, 0);

    public SamplingOptions {
        if (!(temperature >= 0 && temperature <= 100)) {
            throw new IllegalArgumentException("temperature must be 0 to 100, not " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("topK must not be negative: " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP must be above 0 and at most 1, not " + topP);
        }
        if (!(minP >= 0 && minP <= 1)) {
            throw new IllegalArgumentException("minP must be 0 to 1, not " + minP);
        }
        if (!(repetitionPenalty > 0 && repetitionPenalty <= 100)) {
            throw new IllegalArgumentException(
                    "repetitionPenalty must be above 0 and at most 100, not " + repetitionPenalty);
        }
    }

    /** Whether no draw is made. */
    public boolean greedy() {
        return temperature == 0 || topK == 1;
    }
}
