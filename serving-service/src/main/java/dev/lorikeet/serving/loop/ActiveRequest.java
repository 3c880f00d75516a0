package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.generation.FinishReason;
import dev.lorikeet.serving.generation.StopScanner;
import dev.lorikeet.serving.loop.Answer.Finished;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.Optional;
import java.util.Set;

/** A request in the inference thread's hands: its text so far, and when it ends. Used by that thread alone. */
final class ActiveRequest implements ServingLoop.Request {
    final long id;
    final Work work;
    final Answer answer = new Answer();
    final long handedIn;
    private final TokenText text;
    private final StopScanner scanner;
    private int generated;
    private boolean open;

    ActiveRequest(long id, Work work, TokenText text, long handedIn) {
        this.id = id;
        this.work = work;
        this.text = text;
        this.handedIn = handedIn;
        this.scanner = new StopScanner(work.stop());
    }

    /** Whether it has a slot in the decoder. */
    boolean hasSlot() {
        return open;
    }

    void gotSlot() {
        open = true;
    }

    int generated() {
        return generated;
    }

    /** Takes the next token; the reason if the answer ends with it. */
    Optional<FinishReason> token(int token, Set<Integer> endOfText, int contextLength) {
        generated++;
        if (endOfText.contains(token)) {
            answer.append(scanner.push(text.finish()) + scanner.finish());
            return Optional.of(FinishReason.STOP);
        }
        answer.append(scanner.push(text.next(token)));
        if (scanner.stopped()) {
            return Optional.of(FinishReason.STOP);
        }
        if (generated >= work.maxTokens()
                || work.input().before() + work.input().tokens().length + generated >= contextLength) {
            answer.append(scanner.push(text.finish()));
            boolean stopped = scanner.stopped();
            answer.append(scanner.finish());
            return Optional.of(stopped ? FinishReason.STOP : FinishReason.LENGTH);
        }
        return Optional.empty();
    }

    /** Gives up the lease, then tells the caller; call once. */
    void finish(FinishReason reason) {
        work.lease().close();
        answer.finish(new Finished(reason, work.input().length(), generated));
    }

    @Override
    public void fail(Rejection rejection) {
        work.lease().close();
        answer.fail(rejection);
    }
}
