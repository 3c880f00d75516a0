package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.text.ChatTemplateException;
import dev.lorikeet.engine.text.Message;
import dev.lorikeet.engine.text.RenderedChat;
import dev.lorikeet.serving.generation.Ask;
import dev.lorikeet.serving.generation.AskRules;
import dev.lorikeet.serving.generation.Prompt;
import dev.lorikeet.serving.generation.Sampling;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.List;
import java.util.function.LongSupplier;

/** Turns what was asked into what the model reads. Thread-safe. */
final class AskReader {
    private static final int DEFAULT_MAX_TOKENS = 256;

    private final BaseModel base;
    private final AskRules rules;
    private final int contextLength;
    private final LongSupplier seeds;

    /**
     * @param contextLength prompt and answer together
     * @param seeds for requests that bring none
     */
    AskReader(BaseModel base, AskRules rules, int contextLength, LongSupplier seeds) {
        this.base = base;
        this.rules = rules;
        this.contextLength = contextLength;
        this.seeds = seeds;
    }

    /** What the model reads: tokens, and how it is to choose the next ones. Compared by nobody. */
    @SuppressWarnings("ArrayRecordComponent")
    record Reading(int[] tokens, SamplingOptions sampling, int maxTokens) {}

    String baseModel() {
        return base.name();
    }

    /** Lets a good request pass; cheap. */
    void check(Ask ask) {
        rules.check(ask);
    }

    /**
     * Tokens of a request that {@link #check} let pass.
     *
     * @throws RejectedException INVALID_ARGUMENT if the conversation does not fit the template, or the prompt the context
     */
    Reading read(Ask ask) {
        return switch (ask.prompt()) {
            case Prompt.Text(String text) ->
                reading(ask, "prompt", base.tokenizer().encode(text, true));
            case Prompt.Conversation(List<Prompt.Turn> turns) ->
                reading(ask, "conversation.messages", base.tokenizer().encode(render(turns)));
        };
    }

    private Reading reading(Ask ask, String field, int[] tokens) {
        if (tokens.length == 0) {
            throw Rejection.invalid(field, "has no tokens").asException();
        }
        if (tokens.length >= contextLength) {
            throw Rejection.invalid(
                            field,
                            "has " + tokens.length + " tokens; at most " + (contextLength - 1)
                                    + ", so that an answer fits the context of " + contextLength)
                    .asException();
        }
        int wanted = ask.maxTokens() == 0 ? DEFAULT_MAX_TOKENS : ask.maxTokens();
        return new Reading(tokens, sampling(ask.sampling()), wanted);
    }

    private RenderedChat render(List<Prompt.Turn> turns) {
        List<Message> messages =
                turns.stream().map(t -> new Message(t.role(), t.content())).toList();
        try {
            return base.chatTemplate().render(messages, true);
        } catch (ChatTemplateException e) {
            throw new RejectedException(
                    Rejection.invalid(
                            "conversation.messages", "do not fit the model's chat template: " + e.getMessage()),
                    e);
        }
    }

    private SamplingOptions sampling(Sampling asked) {
        return new SamplingOptions(
                asked.temperature(),
                asked.topK(),
                asked.topP(),
                asked.minP(),
                asked.repetitionPenalty(),
                asked.seed().orElseGet(seeds));
    }
}
