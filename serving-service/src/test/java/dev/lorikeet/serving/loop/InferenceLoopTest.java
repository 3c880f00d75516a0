package dev.lorikeet.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.serving.batching.BatchPlanner;
import dev.lorikeet.serving.generation.FinishReason;
import dev.lorikeet.serving.loop.Answer.Failed;
import dev.lorikeet.serving.loop.Answer.Finished;
import dev.lorikeet.serving.loop.Answer.Text;
import dev.lorikeet.serving.loop.InferenceLoop.Limits;
import dev.lorikeet.serving.loop.InferenceLoop.Ticket;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InferenceLoopTest {
    private static final int END = 125;
    private static final TenantId ACME = new TenantId("acme");

    private final FakeSteps steps = new FakeSteps(2);
    private final AtomicInteger leases = new AtomicInteger();
    private final AtomicInteger failedSteps = new AtomicInteger();
    private final InferenceLoop loop = new InferenceLoop(
                    () -> steps, new BatchPlanner(4), FakeText::new, new Limits(40, Set.of(END)), observer())
            .start();

    @AfterEach
    void everySlotAndLeaseIsGivenBack() {
        steps.free();
        loop.close();
        assertThat(steps.closed).hasValue(steps.opened.get());
        assertThat(leases).hasValue(0);
    }

    @Test
    void answerEndsAtTheMostTokensAskedFor() throws InterruptedException {
        steps.free();
        Ticket ticket = loop.submit(work("hello A", 3));

        assertThat(text(ticket)).isEqualTo("BCD");
        assertThat(end(ticket)).isEqualTo(new Finished(FinishReason.LENGTH, 7, 3));
    }

    @Test
    void answerEndsAtTheEndOfText() throws InterruptedException {
        steps.free();
        Ticket ticket = loop.submit(work("y", 30));

        assertThat(text(ticket)).isEqualTo("z{|");
        assertThat(end(ticket)).isEqualTo(new Finished(FinishReason.STOP, 1, 4));
    }

    @Test
    void answerEndsBeforeAStopStringWhateverTheTokens() throws InterruptedException {
        steps.free();
        Ticket ticket = loop.submit(work("A", 30, Long.MAX_VALUE, List.of("EFG")));

        assertThat(text(ticket)).isEqualTo("BCD");
        assertThat(end(ticket)).isEqualTo(new Finished(FinishReason.STOP, 1, 6));
    }

    @Test
    void heldBackBeginningOfAStopStringComesOutWhenTheAnswerEnds() throws InterruptedException {
        steps.free();
        Ticket ticket = loop.submit(work("A", 4, Long.MAX_VALUE, List.of("DEFG")));

        assertThat(text(ticket)).isEqualTo("BCDE");
        assertThat(end(ticket)).isEqualTo(new Finished(FinishReason.LENGTH, 1, 4));
    }

    @Test
    void answerEndsAtTheContextLength() throws InterruptedException {
        steps.free();
        Ticket ticket = loop.submit(work("a".repeat(30) + "0", 30));

        assertThat(end(ticket)).isEqualTo(new Finished(FinishReason.LENGTH, 31, 9));
    }

    @Test
    void cancellationFreesTheSlotForTheNextInLine() throws InterruptedException {
        Ticket first = loop.submit(work("A", 30));
        Ticket second = loop.submit(work("A", 30));
        Ticket third = loop.submit(work("A", 2));
        steps.allowed.release(3);
        assertThat(first.answer().take()).isInstanceOf(Text.class);
        loop.cancel(first.id());
        steps.allowed.release(10);

        assertThat(end(third)).isInstanceOf(Finished.class);
        assertThat(end(first))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.rejection().code()).isEqualTo(Code.CANCELLED));
        loop.cancel(second.id());
        loop.cancel(second.id());
    }

    @Test
    void requestStillInTheQueueCanBeCancelled() throws InterruptedException {
        Ticket first = loop.submit(work("A", 2));
        Ticket second = loop.submit(work("A", 2));
        Ticket third = loop.submit(work("A", 2));
        loop.cancel(third.id());
        steps.free();

        assertThat(end(third)).isInstanceOf(Failed.class);
        assertThat(end(first)).isInstanceOf(Finished.class);
        assertThat(end(second)).isInstanceOf(Finished.class);
        assertThat(steps.opened).hasValue(2);
    }

    @Test
    void passedDeadlineEndsARequest() throws InterruptedException {
        steps.free();
        Ticket late = loop.submit(work("A", 5, System.nanoTime(), List.of()));

        assertThat(end(late))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.rejection().code()).isEqualTo(Code.DEADLINE_EXCEEDED));
    }

    @Test
    void failedStepEndsItsRequestsAndTheLoopLivesOn() throws InterruptedException {
        steps.failing = true;
        Ticket first = loop.submit(work("A", 5));
        steps.allowed.release();
        assertThat(end(first))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.rejection().code()).isEqualTo(Code.INTERNAL));
        assertThat(failedSteps).hasPositiveValue();

        steps.failing = false;
        steps.free();
        assertThat(end(loop.submit(work("A", 1)))).isInstanceOf(Finished.class);
    }

    @Test
    void requestThatTheModelCannotTakeIsEndedAlone() throws InterruptedException {
        steps.free();
        steps.refusing = true;
        Ticket refused = loop.submit(work("A", 5));
        assertThat(end(refused)).isInstanceOf(Failed.class);

        steps.refusing = false;
        assertThat(end(loop.submit(work("A", 1)))).isInstanceOf(Finished.class);
    }

    @Test
    void brokenOutputEndsOnlyItsOwnRequest() throws InterruptedException {
        Ticket good = loop.submit(work("A", 3));
        Ticket broken = loop.submit(work("" + (char) (FakeSteps.BROKEN - 1), 3));
        steps.free();

        assertThat(end(broken))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.rejection().code()).isEqualTo(Code.INTERNAL));
        assertThat(end(good)).isInstanceOf(Finished.class);
    }

    @Test
    void drainingLetsRunningRequestsFinishAndTakesNoNewOnes() throws InterruptedException {
        Ticket running = loop.submit(work("A", 3));
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

        assertThatThrownBy(() -> loop.submit(work("A", 1)))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.rejection().code()).isEqualTo(Code.UNAVAILABLE));
        leases.decrementAndGet();
        steps.free();
        assertThat(end(running)).isInstanceOf(Finished.class);
        drain.join();
    }

    @Test
    void drainingWithoutPatienceBreaksOffWhatRuns() throws InterruptedException {
        Ticket running = loop.submit(work("A", 30));
        steps.allowed.release();
        running.answer().take();
        Thread drain = Thread.ofVirtual().start(loop::close);
        while (loop.accepting()) {
            Thread.onSpinWait();
        }
        steps.free();

        drain.join();
        assertThat(end(running)).isInstanceOf(Failed.class);
    }

    @Test
    void decoderThatCannotBeMadeFailsTheStart() {
        InferenceLoop broken = new InferenceLoop(
                () -> {
                    throw new IllegalStateException("no memory");
                },
                new BatchPlanner(4),
                FakeText::new,
                new Limits(40, Set.of()),
                observer());

        assertThatThrownBy(broken::start).hasMessageContaining("no memory");
    }

    /** Many requests of many kinds from many threads, cancelled at random: all end, and the books are even. */
    @Test
    void anyTrafficEndsWithEvenBooks() throws InterruptedException {
        long seed = System.nanoTime();
        steps.free();
        List<Thread> callers = new ArrayList<>();
        List<Ticket> tickets = new ArrayList<>();
        for (int caller = 0; caller < 20; caller++) {
            Random random = new Random(seed + caller);
            callers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 20; i++) {
                    long deadline = random.nextInt(10) == 0 ? System.nanoTime() + 1000 : Long.MAX_VALUE;
                    Ticket ticket = loop.submit(
                            work("p".repeat(1 + random.nextInt(9)), 1 + random.nextInt(9), deadline, List.of()));
                    synchronized (tickets) {
                        tickets.add(ticket);
                    }
                    if (random.nextInt(4) == 0) {
                        loop.cancel(ticket.id());
                    }
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }

        for (Ticket ticket : tickets) {
            assertThat(end(ticket)).as("seed %s", seed).isNotInstanceOf(Text.class);
        }
        assertThat(tickets).hasSize(400);
    }

    private Work work(String prompt, int maxTokens) {
        return work(prompt, maxTokens, Long.MAX_VALUE, List.of());
    }

    private Work work(String prompt, int maxTokens, long deadline, List<String> stop) {
        leases.incrementAndGet();
        AtomicInteger own = new AtomicInteger();
        AdapterLease lease = new AdapterLease(null, () -> {
            assertThat(own.incrementAndGet()).isOne();
            leases.decrementAndGet();
        });
        Work.Input input = new Work.Input(prompt.chars().toArray(), 0, null);
        return new Work(ACME, input, SamplingOptions.GREEDY, maxTokens, stop, deadline, lease);
    }

    private static String text(Ticket ticket) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (ticket.answer().take() instanceof Text(String more)) {
            text.append(more);
        }
        return text.toString();
    }

    private static Answer.Piece end(Ticket ticket) throws InterruptedException {
        while (true) {
            Answer.Piece piece = ticket.answer().take();
            if (!(piece instanceof Text)) {
                return piece;
            }
        }
    }

    private LoopObserver observer() {
        return new LoopObserver() {
            @Override
            public void stepped(int rows, int fedTokens, int newTokens, Duration took) {
                // Not looked at.
            }

            @Override
            public void firstToken(Duration since) {
                // Not looked at.
            }

            @Override
            public void stepFailed() {
                failedSteps.incrementAndGet();
            }
        };
    }

    /** A token is a character. */
    private static final class FakeText implements TokenText {
        @Override
        public String next(int token) {
            return String.valueOf((char) token);
        }

        @Override
        public String finish() {
            return "";
        }
    }
}
