package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;

/**
 * What the inference thread is to generate.
 *
 * @param prompt token ids, at least one
 * @param maxTokens at most so many new tokens, at least 1
 * @param deadlineNanos of {@link System#nanoTime}; {@link Long#MAX_VALUE}: none
 * @param lease on the adapter to answer with: given up by the inference thread once the work is accepted
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Work(
        TenantId tenant,
        int[] prompt,
        SamplingOptions sampling,
        int maxTokens,
        List<String> stop,
        long deadlineNanos,
        AdapterLease lease) {
    Work {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("an empty prompt");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("at most " + maxTokens + " tokens");
        }
        prompt = prompt.clone();
        stop = List.copyOf(stop);
    }
}
