package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.encode.Encoding;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Texts in the inference thread's hands, and what was read of them so far. Used by that thread alone, save the answer. */
final class EncodeRequest implements ServingLoop.Request {
    final long id;
    final EncodeWork work;
    /** One entry a text; ends with a {@link dev.lorikeet.serving.rejection.RejectedException} if it was broken off. */
    final CompletableFuture<List<Encoding>> answer = new CompletableFuture<>();

    private final Map<Integer, Encoding> read = new TreeMap<>();

    EncodeRequest(long id, EncodeWork work) {
        this.id = id;
        this.work = work;
    }

    /** Keeps what was read of a text; true if it was the last one missing. */
    boolean read(int text, Encoding encoding) {
        if (read.put(text, encoding) != null) {
            throw new IllegalStateException("text " + text + " of request " + id + " was read twice");
        }
        return read.size() == work.texts().size();
    }

    /** Gives up the lease, then tells the caller; call once, with every text read. */
    void finish() {
        work.lease().close();
        answer.complete(List.copyOf(read.values()));
    }

    @Override
    public void fail(Rejection rejection) {
        work.lease().close();
        answer.completeExceptionally(rejection.asException());
    }
}
