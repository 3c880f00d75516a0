package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.batching.BatchPlanner;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The inference thread: makes and owns the decoder and the batch ({@link StepRunner}), and runs step after step.
 * Requests, cancellations and the order to stop reach it through one mailbox and take effect between two steps.
 */
public final class InferenceLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(InferenceLoop.class);
    private static final Duration IDLE_PATIENCE = Duration.ofMillis(50);
    private static final Rejection STOPPING = Rejection.of(Code.UNAVAILABLE, "the service is stopping");

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

    private sealed interface Command {}

    private record Submit(ActiveRequest request) implements Command {}

    private record Cancel(long id) implements Command {}

    private record Stop(long byNanos) implements Command {}

    private final Supplier<TokenSteps> decoder;
    private final BatchPlanner planner;
    private final Supplier<TokenText> texts;
    private final Limits limits;
    private final LoopObserver observer;
    private final LinkedBlockingQueue<Command> mailbox = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object door = new Object();
    private boolean accepting = true;
    private long lastId;
    private @Nullable Stop stop;
    private volatile int queued;
    private volatile int running;

    /** {@link #start} it; the decoder is made on the inference thread, which alone touches it. */
    InferenceLoop(
            Supplier<TokenSteps> decoder,
            BatchPlanner planner,
            Supplier<TokenText> texts,
            Limits limits,
            LoopObserver observer) {
        this.decoder = decoder;
        this.planner = planner;
        this.texts = texts;
        this.limits = limits;
        this.observer = observer;
    }

    /** Returns once the decoder is there; throws what making it threw. */
    InferenceLoop start() {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread.ofPlatform().name("inference").daemon().start(() -> run(ready));
        ready.join();
        return this;
    }

    /**
     * Hands in a request. From here on the lease is the loop's; if this throws, it is still the caller's.
     *
     * @throws dev.lorikeet.serving.rejection.RejectedException UNAVAILABLE when the service is stopping
     */
    Ticket submit(Work work) {
        synchronized (door) {
            if (!accepting) {
                throw STOPPING.asException();
            }
            ActiveRequest request = new ActiveRequest(++lastId, work, texts.get(), System.nanoTime());
            mailbox.add(new Submit(request));
            return new Ticket(request.id, request.answer);
        }
    }

    /** Ends a request before the next step; nothing happens if it has ended. */
    void cancel(long id) {
        mailbox.add(new Cancel(id));
    }

    /** Requests that wait for a slot, as of the last step. */
    public int queued() {
        return queued;
    }

    /** Requests that have a slot, as of the last step. */
    public int running() {
        return running;
    }

    /** Whether new requests are taken. */
    public boolean accepting() {
        synchronized (door) {
            return accepting;
        }
    }

    /** Takes nothing new, lets what is there finish for so long, breaks off the rest, and gives the decoder back. */
    void drain(Duration patience) throws InterruptedException {
        synchronized (door) {
            if (accepting) {
                accepting = false;
                mailbox.add(new Stop(System.nanoTime() + patience.toNanos()));
            }
        }
        ended.await();
    }

    @Override
    public void close() {
        try {
            drain(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(CompletableFuture<Boolean> ready) {
        try (TokenSteps steps = decoder.get()) {
            StepRunner runner = new StepRunner(steps, planner, limits, observer);
            ready.complete(true);
            while (stop == null || !runner.idle()) {
                turn(runner);
                queued = runner.queued();
                running = runner.running();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the inference thread ended", e);
            ready.completeExceptionally(e);
        } finally {
            shutDoor();
            ended.countDown();
        }
    }

    private void turn(StepRunner runner) {
        try {
            readMail(runner);
            Stop order = stop;
            if (order != null && System.nanoTime() - order.byNanos >= 0) {
                runner.failAll(STOPPING);
            } else if (!runner.idle() && !runner.step()) {
                // Nobody can run before something is given back: wait for news rather than spin.
                Command next = mailbox.poll(IDLE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (next != null) {
                    handle(next, runner);
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("the inference thread was interrupted, which nobody should do; it goes on");
        } catch (RuntimeException | Error e) {
            LOG.error("the inference loop failed; all its requests are ended", e);
            runner.failAll(Rejection.of(Code.INTERNAL, "the inference loop failed"));
        }
    }

    private void readMail(StepRunner runner) throws InterruptedException {
        if (runner.idle() && stop == null) {
            handle(mailbox.take(), runner);
        }
        for (Command next = mailbox.poll(); next != null; next = mailbox.poll()) {
            handle(next, runner);
        }
    }

    private void handle(Command command, StepRunner runner) {
        switch (command) {
            case Submit(ActiveRequest request) -> runner.submit(request);
            case Cancel(long id) -> runner.cancel(id);
            case Stop order -> stop = order;
        }
    }

    /** The thread is gone, planned or not: nobody may wait for it. */
    private void shutDoor() {
        synchronized (door) {
            accepting = false;
            for (Command left = mailbox.poll(); left != null; left = mailbox.poll()) {
                if (left instanceof Submit(ActiveRequest request)) {
                    request.fail(STOPPING);
                }
            }
        }
    }
}
