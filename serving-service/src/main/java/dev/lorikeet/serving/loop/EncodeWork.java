package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.encode.Text;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;

/**
 * What the inference thread is to read with an encoder.
 *
 * @param texts at least one
 * @param deadlineNanos of {@link System#nanoTime}; {@link Long#MAX_VALUE}: none
 * @param lease on the adapter to read with: given up by the inference thread once the work is accepted
 */
record EncodeWork(TenantId tenant, List<Text> texts, long deadlineNanos, AdapterLease lease) {
    EncodeWork {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("nothing to read");
        }
    }

    /** Tokens of each text. */
    List<Integer> lengths() {
        return texts.stream().map(text -> text.tokens().length).toList();
    }
}
