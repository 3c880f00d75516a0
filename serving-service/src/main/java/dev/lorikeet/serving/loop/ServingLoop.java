package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The thread that makes and owns the model's batch, and runs step after step. Requests, cancellations and the order to
 * stop reach it through one mailbox and take effect between two steps.
 *
 * @param <R> what is handed in
 */
public abstract sealed class ServingLoop<R extends ServingLoop.Request> implements AutoCloseable
        permits InferenceLoop, EncoderLoop {
    private static final Logger LOG = Logger.getLogger(ServingLoop.class);
    private static final Duration IDLE_PATIENCE = Duration.ofMillis(50);
    private static final Rejection STOPPING = Rejection.of(Code.UNAVAILABLE, "the service is stopping");

    /** What the loop knows of a request. */
    interface Request {
        /** Gives up what it holds, then tells its caller; called once. */
        void fail(Rejection rejection);
    }

    /**
     * What runs on the thread, which alone touches it. Whatever way a request ends, it is forgotten, what it held is given
     * back, and then its caller is told, each exactly once.
     */
    interface Batch<R> extends AutoCloseable {
        void submit(R request);

        /** Ends a request; nothing happens if it has ended. */
        void cancel(long id);

        /** Runs the next step; false if nobody could run in it. */
        boolean step();

        /** Ends every request. */
        void failAll(Rejection rejection);

        boolean idle();

        int queued();

        int running();

        @Override
        void close();
    }

    private sealed interface Command<R> {}

    private record Submit<R>(R request) implements Command<R> {}

    private record Cancel<R>(long id) implements Command<R> {}

    private record Stop<R>(long byNanos) implements Command<R> {}

    private final Supplier<? extends Batch<R>> maker;
    private final LinkedBlockingQueue<Command<R>> mailbox = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object door = new Object();
    private boolean accepting = true;
    private long lastId;
    private @Nullable Stop<R> stop;
    private volatile int queued;
    private volatile int running;

    /** {@link #begin} it; the batch is made on the thread. */
    ServingLoop(Supplier<? extends Batch<R>> maker) {
        this.maker = maker;
    }

    /** Returns once the batch is there; throws what making it threw. */
    final void begin() {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread.ofPlatform().name("inference").daemon().start(() -> run(ready));
        ready.join();
    }

    /**
     * Hands in a request. From here on what it holds is the loop's; if this throws, it is still the caller's.
     *
     * @param made by its number
     * @throws dev.lorikeet.serving.rejection.RejectedException UNAVAILABLE when the service is stopping
     */
    final R handIn(LongFunction<R> made) {
        synchronized (door) {
            if (!accepting) {
                throw STOPPING.asException();
            }
            R request = made.apply(++lastId);
            mailbox.add(new Submit<>(request));
            return request;
        }
    }

    /** Ends a request before the next step; nothing happens if it has ended. */
    final void cancel(long id) {
        mailbox.add(new Cancel<>(id));
    }

    /** Requests that wait, as of the last step. */
    public final int queued() {
        return queued;
    }

    /** Requests that run, as of the last step. */
    public final int running() {
        return running;
    }

    /** Whether new requests are taken. */
    public final boolean accepting() {
        synchronized (door) {
            return accepting;
        }
    }

    /** Takes nothing new, lets what is there finish for so long, breaks off the rest, and gives the batch back. */
    final void drain(Duration patience) throws InterruptedException {
        synchronized (door) {
            if (accepting) {
                accepting = false;
                mailbox.add(new Stop<>(System.nanoTime() + patience.toNanos()));
            }
        }
        ended.await();
    }

    @Override
    public final void close() {
        try {
            drain(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(CompletableFuture<Boolean> ready) {
        try (Batch<R> batch = maker.get()) {
            ready.complete(true);
            while (stop == null || !batch.idle()) {
                turn(batch);
                queued = batch.queued();
                running = batch.running();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the inference thread ended", e);
            ready.completeExceptionally(e);
        } finally {
            shutDoor();
            ended.countDown();
        }
    }

    private void turn(Batch<R> batch) {
        try {
            readMail(batch);
            Stop<R> order = stop;
            if (order != null && System.nanoTime() - order.byNanos >= 0) {
                batch.failAll(STOPPING);
            } else if (!batch.idle() && !batch.step()) {
                // Nobody can run before something is given back: wait for news rather than spin.
                Command<R> next = mailbox.poll(IDLE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (next != null) {
                    handle(next, batch);
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("the inference thread was interrupted, which nobody should do; it goes on");
        } catch (RuntimeException | Error e) {
            LOG.error("the inference loop failed; all its requests are ended", e);
            batch.failAll(Rejection.of(Code.INTERNAL, "the inference loop failed"));
        }
    }

    private void readMail(Batch<R> batch) throws InterruptedException {
        if (batch.idle() && stop == null) {
            handle(mailbox.take(), batch);
        }
        for (Command<R> next = mailbox.poll(); next != null; next = mailbox.poll()) {
            handle(next, batch);
        }
    }

    private void handle(Command<R> command, Batch<R> batch) {
        switch (command) {
            case Submit<R>(R request) -> batch.submit(request);
            case Cancel<R>(long id) -> batch.cancel(id);
            case Stop<R> order -> stop = order;
        }
    }

    /** The thread is gone, planned or not: nobody may wait for it. */
    private void shutDoor() {
        synchronized (door) {
            accepting = false;
            for (Command<R> left = mailbox.poll(); left != null; left = mailbox.poll()) {
                if (left instanceof Submit<R>(R request)) {
                    request.fail(STOPPING);
                }
            }
        }
    }
}
