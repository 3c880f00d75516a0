package dev.lorikeet.serving.generation;

import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.List;
import java.util.Set;

/**
 * What may be asked for.
 *
 * @param maxPromptChars longest prompt, all messages together, in UTF-16 units: bounds the work of tokenising it
 */
public record AskRules(int maxPromptChars) {
    private static final int MAX_MODEL_CHARS = 256;
    private static final int MAX_TURNS = 1024;
    private static final int MAX_STOPS = 16;
    private static final int MAX_STOP_CHARS = 256;
    private static final double MAX_TEMPERATURE = 100;
    private static final double MAX_REPETITION_PENALTY = 100;
    private static final Set<String> ROLES = Set.of("system", "user", "assistant");

    /**
     * Lets a good request pass.
     *
     * @throws RejectedException INVALID_ARGUMENT, with the field at fault
     */
    public void check(Ask ask) {
        require(ask.model().length() <= MAX_MODEL_CHARS, "model", "is longer than " + MAX_MODEL_CHARS + " characters");
        switch (ask.prompt()) {
            case Prompt.Text(String text) -> {
                require(!text.isEmpty(), "prompt", "is empty; send some text to continue");
                requirePromptLength(text.length(), "prompt");
            }
            case Prompt.Conversation(List<Prompt.Turn> turns) -> check(turns);
        }
        require(ask.maxTokens() >= 0, "max_tokens", "is negative; 0 means the default");
        check(ask.sampling());
        require(ask.stop().size() <= MAX_STOPS, "stop", "has more than " + MAX_STOPS + " strings");
        for (int i = 0; i < ask.stop().size(); i++) {
            String stop = ask.stop().get(i);
            require(!stop.isEmpty(), "stop[" + i + "]", "is empty");
            require(
                    stop.length() <= MAX_STOP_CHARS,
                    "stop[" + i + "]",
                    "is longer than " + MAX_STOP_CHARS + " characters");
        }
    }

    private void check(List<Prompt.Turn> turns) {
        require(!turns.isEmpty(), "conversation.messages", "is empty; send at least one message");
        require(turns.size() <= MAX_TURNS, "conversation.messages", "has more than " + MAX_TURNS + " messages");
        long chars = 0;
        for (int i = 0; i < turns.size(); i++) {
            require(
                    ROLES.contains(turns.get(i).role()),
                    "conversation.messages[" + i + "].role",
                    "must be system, user or assistant");
            chars += turns.get(i).content().length();
        }
        requirePromptLength(chars, "conversation.messages");
    }

    private static void check(Sampling sampling) {
        // Written so that NaN fails every one of them.
        require(
                sampling.temperature() >= 0 && sampling.temperature() <= MAX_TEMPERATURE,
                "sampling.temperature",
                "must be from 0 to " + MAX_TEMPERATURE);
        require(sampling.topK() >= 0, "sampling.top_k", "must be 0 (all) or more");
        require(sampling.topP() > 0 && sampling.topP() <= 1, "sampling.top_p", "must be above 0 and at most 1");
        require(sampling.minP() >= 0 && sampling.minP() <= 1, "sampling.min_p", "must be from 0 to 1");
        require(
                sampling.repetitionPenalty() > 0 && sampling.repetitionPenalty() <= MAX_REPETITION_PENALTY,
                "sampling.repetition_penalty",
                "must be above 0 and at most " + MAX_REPETITION_PENALTY);
    }

    private void requirePromptLength(long chars, String field) {
        require(chars <= maxPromptChars, field, "has " + chars + " characters; at most " + maxPromptChars);
    }

    private static void require(boolean good, String field, String message) {
        if (!good) {
            throw Rejection.invalid(field, message).asException();
        }
    }
}
