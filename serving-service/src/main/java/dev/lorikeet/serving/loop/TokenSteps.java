package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.serving.batching.Feed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the inference thread needs of a decoder. Called by that thread alone. */
interface TokenSteps extends AutoCloseable {
    /**
     * A token that was chosen for a request.
     *
     * @param id the request
     * @param token its id; negative if the model's output was not finite
     */
    record Sampled(long id, int token) {}

    /** How many more requests can be opened. */
    int freeSlots();

    /** Takes a slot for a request; its whole prompt is pending. Null adapter: the base model. */
    void open(long id, Work.Input input, @Nullable ResidentAdapter adapter, SamplingOptions sampling);

    /** Processes pending tokens, all in one batch; a token for each request that has none pending any more. */
    List<Sampled> step(List<Feed> feeds);

    /** Gives a request's slot back. */
    void close(long id);

    @Override
    void close();
}
