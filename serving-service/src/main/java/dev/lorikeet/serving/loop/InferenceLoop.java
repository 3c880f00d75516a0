package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.batching.BatchPlanner;
import java.util.Set;
import java.util.function.Supplier;

/** The thread that generates text: makes and owns the decoder and the batch ({@link StepRunner}). */
public final class InferenceLoop extends ServingLoop<ActiveRequest> {
    /**
     * The model's own limits.
     *
     * @param contextLength prompt and answer together, in tokens
     * @param endOfText token ids that end an answer
     */
    record Limits(int contextLength, Set<Integer> endOfText) {
        Limits {
            endOfText = Set.copyOf(endOfText);
        }
    }

    /** A request that was handed in. */
    record Ticket(long id, Answer answer) {}

    private final Supplier<TokenText> texts;

    /** {@link #start} it; the decoder is made on the inference thread, which alone touches it. */
    InferenceLoop(
            Supplier<TokenSteps> decoder,
            BatchPlanner planner,
            Supplier<TokenText> texts,
            Limits limits,
            LoopObserver observer) {
        super(() -> new StepRunner(decoder.get(), planner, limits, observer));
        this.texts = texts;
    }

    /** Returns once the decoder is there; throws what making it threw. */
    InferenceLoop start() {
        begin();
        return this;
    }

    /**
     * Hands in a request. From here on the lease is the loop's; if this throws, it is still the caller's.
     *
     * @throws dev.lorikeet.serving.rejection.RejectedException UNAVAILABLE when the service is stopping
     */
    Ticket submit(Work work) {
        ActiveRequest request = handIn(id -> new ActiveRequest(id, work, texts.get(), System.nanoTime()));
        return new Ticket(request.id, request.answer);
    }
}
