package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;

/**
 * Prefix tuning: keys and values in every layer.
 *
 * @param virtualTokens how many; 0: not set
 * @param projection whether a network makes them while training
 * @param hiddenSize its inner width; 0: the base model's
 */
public record PrefixTuning(int virtualTokens, boolean projection, int hiddenSize) implements Method {
    @Override
    public String field() {
        return "prefix_tuning";
    }

    @Override
    public void check(Check check, Training training) {
        check.range("virtual_tokens", virtualTokens, 0, PromptTuning.MAX_TOKENS);
        PromptTuning.unpacked(check, training, "virtual_tokens");
        check.range("encoder_hidden_size", hiddenSize, 0, PTuning.MAX_HIDDEN);
        if (!projection && hiddenSize > 0) {
            check.wrong(Code.INVALID_VALUE, "encoder_hidden_size", "is for a projection; ask for one too");
        }
    }

    @Override
    public PrefixTuning resolved(Training training) {
        return new PrefixTuning(
                virtualTokens == 0 ? PromptTuning.DEFAULT_TOKENS : virtualTokens, projection, hiddenSize);
    }

    @Override
    public double learningRate() {
        return projection ? 1e-3 : 1e-2;
    }
}
