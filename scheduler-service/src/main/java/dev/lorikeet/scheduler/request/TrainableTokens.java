package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.List;

/**
 * Trainable tokens: embeddings of single tokens of the vocabulary.
 *
 * @param tokens their ids
 */
public record TrainableTokens(List<Integer> tokens) implements Method {
    /** Larger than any vocabulary; which one it is, the trainer knows. */
    static final int MAX_TOKEN = (1 << 24) - 1;

    public TrainableTokens {
        tokens = List.copyOf(tokens);
    }

    @Override
    public String field() {
        return "trainable_tokens";
    }

    @Override
    public void check(Check check, Training training) {
        if (tokens.isEmpty()) {
            check.wrong(Code.INVALID_VALUE, "tokens", "is empty; name the ids of the tokens to train");
        }
        check.indices("tokens", "token", tokens, MAX_TOKEN);
    }

    @Override
    public TrainableTokens resolved(Training training) {
        return this;
    }

    @Override
    public double learningRate() {
        return 1e-3;
    }
}
