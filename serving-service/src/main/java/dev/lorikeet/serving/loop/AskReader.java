package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.image.EncodedImage;
import dev.lorikeet.engine.image.InvalidImageException;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.text.ChatTemplateException;
import dev.lorikeet.engine.text.Message;
import dev.lorikeet.engine.text.RenderedChat;
import dev.lorikeet.serving.generation.Ask;
import dev.lorikeet.serving.generation.AskRules;
import dev.lorikeet.serving.generation.Picture;
import dev.lorikeet.serving.generation.Prompt;
import dev.lorikeet.serving.generation.Sampling;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Turns what was asked into what the model reads. Thread-safe. */
final class AskReader {
    private static final int DEFAULT_MAX_TOKENS = 256;
    private static final String IMAGE = "image";
    /** Pictures decoded at once: each may take tens of megabytes for the moment. */
    private static final int DECODINGS = 2;

    private final BaseModel base;
    private final AskRules rules;
    private final int contextLength;
    private final LongSupplier seeds;
    private final Semaphore decodings = new Semaphore(DECODINGS);

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

    /** What the model reads: tokens, a picture, and how it is to choose the next ones. Compared by nobody. */
    @SuppressWarnings("ArrayRecordComponent")
    record Reading(
            String field, int[] tokens, SamplingOptions sampling, int maxTokens, Optional<EncodedImage> picture) {}

    /** Lets a good request pass; cheap. */
    void check(Ask ask) {
        rules.check(ask);
    }

    /**
     * Tokens of a request that {@link #check} let pass.
     *
     * @throws RejectedException INVALID_ARGUMENT if the conversation does not fit the template, the prompt the context, or
     *     the picture's file is none
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
        requireFits(field, tokens, 0);
        int wanted = ask.maxTokens() == 0 ? DEFAULT_MAX_TOKENS : ask.maxTokens();
        return new Reading(
                field, tokens, sampling(ask.sampling()), wanted, ask.picture().map(AskReader::encoded));
    }

    private void requireFits(String field, int[] tokens, int before) {
        int most = contextLength - before - 1;
        if (tokens.length > most) {
            throw Rejection.invalid(
                            field,
                            "has " + tokens.length + " tokens; at most " + most
                                    + ", so that an answer fits the context of " + contextLength
                                    + (before == 0 ? "" : ", of which the adapter takes " + before))
                    .asException();
        }
    }

    private static EncodedImage encoded(Picture picture) {
        try {
            return EncodedImage.of(picture.mediaType(), picture.file());
        } catch (InvalidImageException e) {
            throw Rejection.invalid(IMAGE, e.reason()).asException();
        }
    }

    /**
     * What the decoder takes in for an adapter.
     *
     * @param adapter null: the base model
     * @throws RejectedException INVALID_ARGUMENT if it does not fit the context behind what the adapter puts before it, or
     *     the adapter reads a picture and there is none, or the other way round, or the picture is damaged
     */
    Work.Input input(Reading reading, @Nullable ResidentAdapter adapter) throws InterruptedException {
        int before = adapter == null ? 0 : adapter.positionsBefore();
        requireFits(reading.field(), reading.tokens(), before);
        Effects.Vision vision = adapter == null ? null : adapter.vision();
        if (vision == null) {
            if (reading.picture().isPresent()) {
                throw Rejection.invalid(
                                IMAGE,
                                "is not read by " + (adapter == null ? "the base model" : "this adapter")
                                        + "; an adapter trained with the method vora reads one")
                        .asException();
            }
            return new Work.Input(reading.tokens(), before, null);
        }
        EncodedImage image = reading.picture()
                .orElseThrow(() -> Rejection.invalid(
                                IMAGE, "is missing; this adapter was trained with the method vora and reads one")
                        .asException());
        decodings.acquire();
        try {
            return new Work.Input(reading.tokens(), before, image.decode().patches(vision.grid()));
        } catch (InvalidImageException e) {
            throw Rejection.invalid(IMAGE, e.reason()).asException();
        } finally {
            decodings.release();
        }
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
