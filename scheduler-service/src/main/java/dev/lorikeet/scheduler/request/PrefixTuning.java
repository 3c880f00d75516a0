package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;

/**
 * Prefix tuning: keys and values in every layer.
 *
 * @param virtualTokens how many; 0: not set
 */
public record PrefixTuning(int virtualTokens) implements Method {
    @Override
    public String field() {
        return "prefix_tuning";
    }

    @Override
    public void check(Check check, Training training) {
        check.range("virtual_tokens", virtualTokens, 0, PromptTuning.MAX_TOKENS);
    }

    @Override
    public PrefixTuning resolved(Training training) {
        return new PrefixTuning(virtualTokens == 0 ? PromptTuning.DEFAULT_TOKENS : virtualTokens);
    }

    @Override
    public double learningRate() {
        return 1e-2;
    }
}
