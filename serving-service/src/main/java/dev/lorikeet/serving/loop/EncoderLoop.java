package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.batching.TextPlanner;
import java.util.function.Supplier;

/** The thread that reads texts: makes and owns the encoder and the batch ({@link EncodeRunner}). */
public final class EncoderLoop extends ServingLoop<EncodeRequest> {
    /** {@link #start} it; the encoder is made on the inference thread, which alone touches it. */
    EncoderLoop(Supplier<TextReader> encoder, TextPlanner planner, LoopObserver observer) {
        super(() -> new EncodeRunner(encoder.get(), planner, observer));
    }

    /** Returns once the encoder is there; throws what making it threw. */
    EncoderLoop start() {
        begin();
        return this;
    }

    /**
     * Hands in a request. From here on the lease is the loop's; if this throws, it is still the caller's.
     *
     * @throws dev.lorikeet.serving.rejection.RejectedException UNAVAILABLE when the service is stopping
     */
    EncodeRequest submit(EncodeWork work) {
        return handIn(id -> new EncodeRequest(id, work));
    }
}
