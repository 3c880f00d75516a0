package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the inference thread is to generate.
 *
 * @param input what it continues
 * @param maxTokens at most so many new tokens, at least 1
 * @param deadlineNanos of {@link System#nanoTime}; {@link Long#MAX_VALUE}: none
 * @param lease on the adapter to answer with: given up by the inference thread once the work is accepted
 */
record Work(
        TenantId tenant,
        Input input,
        SamplingOptions sampling,
        int maxTokens,
        List<String> stop,
        long deadlineNanos,
        AdapterLease lease) {
    /**
     * What is continued.
     *
     * @param tokens ids, at least one
     * @param before positions that the adapter takes before them
     * @param picture what stands there, for an adapter that reads one
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Input(int[] tokens, int before, @Nullable Patches picture) {
        Input {
            if (tokens.length == 0) {
                throw new IllegalArgumentException("an empty prompt");
            }
            tokens = tokens.clone();
        }

        /** Tokens that the caller sent: a picture's patches are some. */
        int length() {
            return tokens.length + (picture == null ? 0 : picture.grid().patches());
        }
    }

    Work {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("at most " + maxTokens + " tokens");
        }
        stop = List.copyOf(stop);
    }
}
