package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.generation.FinishReason;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An answer on its way from the inference thread to the call that waits for it.
 *
 * <p>The writer never waits: text that the reader has not taken yet runs together into one piece, so a slow reader holds
 * up nobody and what is kept for it is at most one answer long.
 */
public final class Answer {
    /** What the reader takes. */
    public sealed interface Piece {}

    /** More text, not empty. */
    public record Text(String text) implements Piece {}

    /** The last piece of an answer that came to its end. */
    public record Finished(FinishReason reason, int promptTokens, int completionTokens) implements Piece {}

    /** The last piece of an answer that was broken off. */
    public record Failed(Rejection rejection) implements Piece {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Piece end;

    void append(String more) {
        if (more.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            text.append(more);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void finish(Finished finished) {
        complete(finished);
    }

    void fail(Rejection rejection) {
        complete(new Failed(rejection));
    }

    private void complete(Piece piece) {
        lock.lock();
        try {
            if (end != null) {
                throw new IllegalStateException("the answer has ended already: " + end);
            }
            end = piece;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next piece; after the last one, gives that again. */
    public Piece take() throws InterruptedException {
        lock.lock();
        try {
            while (text.isEmpty() && end == null) {
                changed.await();
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    /** The last piece, once it was written, taken or not. */
    public Optional<Piece> end() {
        lock.lock();
        try {
            return Optional.ofNullable(end);
        } finally {
            lock.unlock();
        }
    }

    private Piece next() {
        if (!text.isEmpty()) {
            Piece piece = new Text(text.toString());
            text.setLength(0);
            return piece;
        }
        if (end == null) {
            throw new IllegalStateException("nothing to take");
        }
        return end;
    }
}
