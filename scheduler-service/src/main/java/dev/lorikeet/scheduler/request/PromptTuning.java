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
        unpacked(check, training, "virtual_tokens");
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

    /** Names a field that cannot be with packing: what stands before each example keeps them from sharing a row. */
    static void unpacked(Check check, Training training, String field) {
        if (training.batching().packing()) {
            check.wrong(
                    Code.INVALID_VALUE,
                    field,
                    "does not go with hyperparameters.packing: it stands before each example, which then share no rows");
        }
    }
}
