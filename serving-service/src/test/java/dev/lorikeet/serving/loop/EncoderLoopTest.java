package dev.lorikeet.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.encode.Encoding;
import dev.lorikeet.engine.encode.Text;
import dev.lorikeet.serving.batching.TextPlanner;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EncoderLoopTest {
    private static final int BROKEN = 13;
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final long NEVER = Long.MAX_VALUE;

    private final FakeReader reader = new FakeReader();
    private final AtomicInteger leases = new AtomicInteger();
    private final AtomicInteger failedSteps = new AtomicInteger();
    private final EncoderLoop loop = new EncoderLoop(() -> reader, new TextPlanner(8), observer()).start();

    @AfterEach
    void everyLeaseAndTheEncoderAreGivenBack() {
        reader.free();
        loop.close();
        assertThat(leases).hasValue(0);
        assertThat(reader.closed).isTrue();
    }

    @Test
    void textsOfSeveralCallsAreReadTogetherAndAnswersKeepTheirOrder() throws Exception {
        EncodeRequest blocking = loop.submit(work(ACME, NEVER, 1));
        reader.started.acquire();
        EncodeRequest first = loop.submit(work(ACME, NEVER, 2, 3));
        EncodeRequest second = loop.submit(work(GLOBEX, NEVER, 4));
        reader.free();

        assertThat(sums(blocking)).containsExactly(2f);
        assertThat(sums(first)).containsExactly(4f, 6f);
        assertThat(sums(second)).containsExactly(8f);
        assertThat(reader.batches).first().isEqualTo(List.of(1));
        assertThat(reader.batches.get(1)).containsExactlyInAnyOrder(2, 3, 4);
    }

    @Test
    void aCallThatFailsTakesNoOtherWithIt() throws Exception {
        EncodeRequest blocking = loop.submit(work(ACME, NEVER, 1));
        reader.started.acquire();
        EncodeRequest bad = loop.submit(work(ACME, NEVER, 5, BROKEN, 6));
        EncodeRequest good = loop.submit(work(GLOBEX, NEVER, 4));
        reader.free();

        assertThat(code(bad)).isEqualTo(Code.INTERNAL);
        assertThat(sums(good)).containsExactly(8f);
        assertThat(sums(blocking)).containsExactly(2f);
        assertThat(failedSteps).hasValueGreaterThanOrEqualTo(2);
        assertThat(sums(loop.submit(work(ACME, NEVER, 7)))).containsExactly(14f);
    }

    @Test
    void cancelledCallIsReadNoFurther() throws Exception {
        EncodeRequest running = loop.submit(work(ACME, NEVER, 1, 2, 3, 4, 5, 6));
        reader.started.acquire();
        loop.cancel(running.id);
        loop.cancel(running.id);
        reader.allowed.release();

        assertThat(code(running)).isEqualTo(Code.CANCELLED);
        reader.free();
        assertThat(sums(loop.submit(work(ACME, NEVER, 9)))).containsExactly(18f);
        assertThat(reader.batches).containsExactly(List.of(1, 2, 3, 4), List.of(9));
        loop.cancel(running.id);
    }

    @Test
    void passedDeadlineEndsACallBetweenTwoBatches() {
        EncodeRequest late = loop.submit(work(ACME, System.nanoTime() - 1, 1));

        assertThat(code(late)).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void whatIsThereIsReadBeforeTheLoopStopsAndNothingNewIsTaken() throws Exception {
        EncodeRequest first = loop.submit(work(ACME, NEVER, 1, 2, 3, 4, 5));
        reader.started.acquire();
        Thread drain = Thread.ofVirtual().start(() -> {
            try {
                loop.drain(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (loop.accepting()) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> loop.submit(new EncodeWork(ACME, List.of(text(1)), NEVER, AdapterLease.base())))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.rejection().code()).isEqualTo(Code.UNAVAILABLE));
        reader.free();
        drain.join();

        assertThat(sums(first)).containsExactly(2f, 4f, 6f, 8f, 10f);
    }

    @Test
    void whatIsLeftWhenPatienceEndsIsBrokenOff() throws Exception {
        EncodeRequest first = loop.submit(work(ACME, NEVER, 1, 2, 3, 4, 5));
        reader.started.acquire();
        Thread drain = Thread.ofVirtual().start(loop::close);
        while (loop.accepting()) {
            Thread.onSpinWait();
        }
        reader.free();
        drain.join();

        assertThat(code(first)).isEqualTo(Code.UNAVAILABLE);
    }

    /** Seeded storms of calls, cancellations and failures: each ends exactly once, and nothing is left. */
    @Test
    void everyCallEndsWhateverHappens() throws Exception {
        reader.free();
        Random random = new Random(4);
        List<EncodeRequest> requests = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int[] texts = random.ints(1 + random.nextInt(5), 1, 60).toArray();
            long deadline = random.nextInt(10) == 0 ? System.nanoTime() : NEVER;
            EncodeRequest request = loop.submit(work(random.nextBoolean() ? ACME : GLOBEX, deadline, texts));
            requests.add(request);
            if (random.nextInt(5) == 0) {
                loop.cancel(requests.get(random.nextInt(requests.size())).id);
            }
        }
        for (EncodeRequest request : requests) {
            boolean broken = Arrays.stream(tokens(request)).anyMatch(token -> token == BROKEN);
            if (catchThrowable(() -> request.answer.get()) instanceof ExecutionException failure) {
                assertThat(failure).hasCauseInstanceOf(RejectedException.class);
            } else {
                assertThat(broken).isFalse();
                assertThat(sums(request)).hasSize(request.work.texts().size());
            }
        }
    }

    private static int[] tokens(EncodeRequest request) {
        return request.work.texts().stream().mapToInt(text -> text.tokens()[0]).toArray();
    }

    private static List<Float> sums(EncodeRequest request) throws Exception {
        return request.answer.get().stream()
                .map(encoding -> encoding.logits()[0])
                .toList();
    }

    private static Code code(EncodeRequest request) {
        Throwable failure = catchThrowable(() -> request.answer.get());
        assertThat(failure).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(RejectedException.class);
        return failure.getCause() instanceof RejectedException rejected
                ? rejected.rejection().code()
                : Code.INTERNAL;
    }

    private EncodeWork work(TenantId tenant, long deadline, int... firstTokens) {
        leases.incrementAndGet();
        return new EncodeWork(
                tenant,
                Arrays.stream(firstTokens).mapToObj(EncoderLoopTest::text).toList(),
                deadline,
                new AdapterLease(null, leases::decrementAndGet));
    }

    private static Text text(int token) {
        return Text.of(token, token);
    }

    private LoopObserver observer() {
        return new LoopObserver() {
            @Override
            public void stepped(int rows, int fedTokens, int newTokens, Duration took) {
                // Not looked at.
            }

            @Override
            public void firstToken(Duration since) {
                throw new AssertionError("an encoder has no first token");
            }

            @Override
            public void stepFailed() {
                failedSteps.incrementAndGet();
            }
        };
    }

    /** Reads the sum of a text's tokens, as the test allows; a batch with a broken text fails. */
    private static final class FakeReader implements TextReader {
        final Semaphore started = new Semaphore(0);
        final Semaphore allowed = new Semaphore(0);
        final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
        final AtomicBoolean closed = new AtomicBoolean();

        void free() {
            allowed.release(1_000_000);
        }

        @Override
        public List<Encoding> read(List<Text> texts, List<@Nullable ResidentAdapter> adapters) {
            started.release();
            allowed.acquireUninterruptibly();
            batches.add(texts.stream().map(text -> text.tokens()[0]).toList());
            List<Encoding> encodings = new ArrayList<>();
            for (Text text : texts) {
                if (text.tokens()[0] == BROKEN) {
                    throw new IllegalStateException("broken by the test");
                }
                encodings.add(new Encoding(
                        new float[] {Arrays.stream(text.tokens()).sum()}, new float[] {1}, new float[] {1}));
            }
            return encodings;
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }
}
