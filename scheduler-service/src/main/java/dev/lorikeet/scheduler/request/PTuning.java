package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;

/**
 * P-tuning: virtual tokens from an encoder.
 *
 * @param virtualTokens how many; 0: not set
 * @param hiddenSize inner width of the network that makes them; 0: the base model's
 */
public record PTuning(int virtualTokens, int hiddenSize) implements Method {
    private static final int MAX_HIDDEN = 8_192;

    @Override
    public String field() {
        return "p_tuning";
    }

    @Override
    public void check(Check check, Training training) {
        check.range("virtual_tokens", virtualTokens, 0, PromptTuning.MAX_TOKENS);
        check.range("encoder_hidden_size", hiddenSize, 0, MAX_HIDDEN);
    }

    @Override
    public PTuning resolved(Training training) {
        return new PTuning(virtualTokens == 0 ? PromptTuning.DEFAULT_TOKENS : virtualTokens, hiddenSize);
    }

    @Override
    public double learningRate() {
        return 1e-3;
    }
}
