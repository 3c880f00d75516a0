package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;

/**
 * Prompt tuning: embeddings before the input.
 *
 * @param virtualTokens how many; 0: not set
 * @param initialText whose embeddings they begin with; empty: at random
 */
public record PromptTuning(int virtualTokens, String initialText) implements Method {
    static final int MAX_TOKENS = 1_024;
    static final int DEFAULT_TOKENS = 20;
    private static final int MAX_TEXT = 8_192;

    public PromptTuning {
        requireNonNull(initialText, "initialText");
    }

    @Override
    public String field() {
        return "prompt_tuning";
    }

    @Override
    public void check(Check check, Training training) {
        check.range("virtual_tokens", virtualTokens, 0, MAX_TOKENS);
        unpacked(check, training);
        if (initialText.length() > MAX_TEXT) {
            check.wrong(Code.TOO_LARGE, "initial_text", "has more than " + MAX_TEXT + " characters");
        } else if (!initialText.isEmpty() && initialText.isBlank()) {
            check.wrong(Code.INVALID_VALUE, "initial_text", "is blank; leave it out to begin at random");
        }
    }

    @Override
    public PromptTuning resolved(Training training) {
        return new PromptTuning(virtualTokens == 0 ? DEFAULT_TOKENS : virtualTokens, initialText);
    }

    @Override
    public double learningRate() {
        return 3e-2;
    }

    /** Virtual tokens stand before each example, so that examples cannot share a row. */
    static void unpacked(Check check, Training training) {
        if (training.batching().packing()) {
            check.wrong(
                    Code.INVALID_VALUE,
                    "virtual_tokens",
                    "do not go with hyperparameters.packing: they stand before each example");
        }
    }
}
