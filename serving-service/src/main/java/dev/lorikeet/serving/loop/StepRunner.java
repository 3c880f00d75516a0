package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.batching.BatchPlanner;
import dev.lorikeet.serving.batching.Feed;
import dev.lorikeet.serving.batching.StepPlan;
import dev.lorikeet.serving.generation.FinishReason;
import dev.lorikeet.serving.loop.TokenSteps.Sampled;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The batch in the inference thread's hands: does what the {@link BatchPlanner} says with the decoder. Used by that thread
 * alone.
 *
 * <p>Whatever way a request ends, it is forgotten here, its slot and its lease are given back, and then its caller is
 * told, each exactly once. A step that fails takes only its own requests with it.
 */
final class StepRunner implements ServingLoop.Batch<ActiveRequest> {
    private static final Logger LOG = Logger.getLogger(StepRunner.class);

    private final TokenSteps steps;
    private final BatchPlanner planner;
    private final InferenceLoop.Limits limits;
    private final LoopObserver observer;
    private final Map<Long, ActiveRequest> active = new HashMap<>();

    StepRunner(TokenSteps steps, BatchPlanner planner, InferenceLoop.Limits limits, LoopObserver observer) {
        this.steps = steps;
        this.planner = planner;
        this.limits = limits;
        this.observer = observer;
    }

    @Override
    public void submit(ActiveRequest request) {
        active.put(request.id, request);
        Work.Input input = request.work.input();
        planner.enqueue(
                request.id,
                request.work.tenant(),
                new BatchPlanner.Prompt(input.tokens().length, input.length() - input.tokens().length),
                request.work.deadlineNanos());
    }

    @Override
    public void cancel(long id) {
        ActiveRequest request = active.get(id);
        if (request != null) {
            fail(request, Rejection.of(Code.CANCELLED, "the caller went away"));
        }
    }

    @Override
    public boolean idle() {
        return planner.idle();
    }

    @Override
    public int queued() {
        return planner.queued();
    }

    @Override
    public int running() {
        return planner.running();
    }

    @Override
    public boolean step() {
        long start = System.nanoTime();
        StepPlan plan = planner.plan(start, steps.freeSlots());
        for (long id : plan.expired()) {
            fail(known(id), Rejection.of(Code.DEADLINE_EXCEEDED, "the deadline passed before the answer was complete"));
        }
        for (long id : plan.admitted()) {
            open(known(id));
        }
        List<Feed> feeds =
                plan.feeds().stream().filter(f -> active.containsKey(f.id())).toList();
        if (feeds.isEmpty()) {
            return !plan.expired().isEmpty() || planner.idle();
        }
        List<Sampled> sampled;
        try {
            sampled = steps.step(feeds);
        } catch (RuntimeException e) {
            LOG.errorf(e, "a step with %s failed", feeds);
            observer.stepFailed();
            for (Feed feed : feeds) {
                fail(known(feed.id()), Rejection.of(Code.INTERNAL, "the model failed on this request's batch"));
            }
            return true;
        }
        long now = System.nanoTime();
        sampled.forEach(s -> token(s, now));
        observer.stepped(
                feeds.size(),
                feeds.stream().mapToInt(Feed::tokens).sum(),
                sampled.size(),
                Duration.ofNanos(now - start));
        return true;
    }

    @Override
    public void failAll(Rejection rejection) {
        for (ActiveRequest request : new ArrayList<>(active.values())) {
            try {
                fail(request, rejection);
            } catch (RuntimeException e) {
                LOG.errorf(e, "request %d could not be ended cleanly", request.id);
            }
        }
    }

    @Override
    public void close() {
        steps.close();
    }

    private void open(ActiveRequest request) {
        try {
            steps.open(request.id, request.work.input(), request.work.lease().adapter(), request.work.sampling());
            request.gotSlot();
        } catch (RuntimeException e) {
            LOG.errorf(e, "request %d could not be opened", request.id);
            fail(request, Rejection.of(Code.INTERNAL, "the model could not take this request"));
        }
    }

    private void token(Sampled sampled, long now) {
        ActiveRequest request = known(sampled.id());
        if (sampled.token() < 0) {
            fail(request, Rejection.of(Code.INTERNAL, "the model's output was not finite: damaged adapter or weights"));
            return;
        }
        if (request.generated() == 0) {
            observer.firstToken(Duration.ofNanos(now - request.handedIn));
        }
        Optional<FinishReason> reason = request.token(sampled.token(), limits.endOfText(), limits.contextLength());
        if (reason.isPresent()) {
            forget(request);
            request.finish(reason.get());
        } else {
            planner.generated(request.id);
        }
    }

    private void fail(ActiveRequest request, Rejection rejection) {
        forget(request);
        request.fail(rejection);
    }

    private void forget(ActiveRequest request) {
        active.remove(request.id);
        planner.remove(request.id);
        if (request.hasSlot()) {
            steps.close(request.id);
        }
    }

    private ActiveRequest known(long id) {
        ActiveRequest request = active.get(id);
        if (request == null) {
            throw new IllegalStateException("request " + id + " is not known");
        }
        return request;
    }
}
