package dev.lorikeet.serving.grpc;

import dev.lorikeet.serving.loop.CallScope;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The replies of one call on their way out, sent by one virtual thread that waits while the connection cannot take more.
 * Make it on the thread that delivers the call.
 */
final class ReplyStream<A> {
    private final ServerCallStreamObserver<A> out;
    private final CallScope scope;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** What a call does on its virtual thread. */
    @FunctionalInterface
    interface Body<A> {
        void run(ReplyStream<A> out) throws InterruptedException;
    }

    /** A caller that takes nothing for {@code patience} is given up. */
    ReplyStream(StreamObserver<A> observer, CallScope scope, Duration patience) {
        this.out = (ServerCallStreamObserver<A>) observer;
        this.scope = scope;
        this.patience = patience;
        out.setOnReadyHandler(this::wake);
        out.setOnCancelHandler(scope::cancel);
        scope.onCancel(this::wake);
    }

    /** Answers the call on a virtual thread of its own; whatever is thrown becomes its status. */
    void serve(String what, Body<A> body) {
        Thread.ofVirtual().name(what).start(() -> {
            try {
                body.run(this);
                if (!scope.cancelled()) {
                    out.onCompleted();
                }
            } catch (InterruptedException | RuntimeException | Error e) {
                if (!scope.cancelled()) {
                    out.onError(GrpcRejections.of(e));
                }
            }
        });
    }

    /**
     * Sends a reply once the connection can take it.
     *
     * @throws RejectedException CANCELLED if the caller went away or takes nothing
     */
    void send(A reply) throws InterruptedException {
        awaitReady();
        out.onNext(reply);
    }

    private void awaitReady() throws InterruptedException {
        long nanos = patience.toNanos();
        lock.lock();
        try {
            while (!scope.cancelled() && !out.isReady()) {
                if (nanos <= 0) {
                    throw Rejection.of(Code.CANCELLED, "nothing was taken for " + patience.toSeconds() + " s")
                            .asException();
                }
                // A signal can come before the wait: look again now and then.
                long slice = Math.min(nanos, TimeUnit.MILLISECONDS.toNanos(100));
                nanos -= slice - Math.max(0, changed.awaitNanos(slice));
            }
        } finally {
            lock.unlock();
        }
        if (scope.cancelled()) {
            throw Rejection.of(Code.CANCELLED, "the caller went away").asException();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
