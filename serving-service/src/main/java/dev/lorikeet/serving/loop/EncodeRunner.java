package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.encode.Encoding;
import dev.lorikeet.engine.encode.Text;
import dev.lorikeet.serving.batching.TextPlanner;
import dev.lorikeet.serving.batching.TextPlanner.Place;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The texts in the inference thread's hands: reads with the encoder what the {@link TextPlanner} says. Used by that thread
 * alone.
 *
 * <p>A batch that fails is read again call by call, since a text depends on nothing but itself: only the calls that fail
 * alone are ended.
 */
final class EncodeRunner implements ServingLoop.Batch<EncodeRequest> {
    private static final Logger LOG = Logger.getLogger(EncodeRunner.class);

    private final TextReader reader;
    private final TextPlanner planner;
    private final LoopObserver observer;
    private final Map<Long, EncodeRequest> active = new HashMap<>();

    EncodeRunner(TextReader reader, TextPlanner planner, LoopObserver observer) {
        this.reader = reader;
        this.planner = planner;
        this.observer = observer;
    }

    @Override
    public void submit(EncodeRequest request) {
        active.put(request.id, request);
        EncodeWork work = request.work;
        planner.enqueue(request.id, work.tenant(), work.lengths(), work.deadlineNanos());
    }

    @Override
    public void cancel(long id) {
        EncodeRequest request = active.get(id);
        if (request != null) {
            fail(request, Rejection.of(Code.CANCELLED, "the caller went away"));
        }
    }

    @Override
    public boolean step() {
        TextPlanner.Plan plan = planner.plan(System.nanoTime());
        for (long id : plan.expired()) {
            fail(known(id), Rejection.of(Code.DEADLINE_EXCEEDED, "the deadline passed before all texts were read"));
        }
        if (plan.texts().isEmpty()) {
            return !plan.expired().isEmpty() || planner.idle();
        }
        read(plan.texts());
        return true;
    }

    private void read(List<Place> places) {
        long start = System.nanoTime();
        List<Text> texts = new ArrayList<>();
        List<@Nullable ResidentAdapter> adapters = new ArrayList<>();
        for (Place place : places) {
            EncodeWork work = known(place.call()).work;
            texts.add(work.texts().get(place.text()));
            adapters.add(work.lease().adapter());
        }
        List<Encoding> encodings;
        try {
            encodings = reader.read(texts, adapters);
        } catch (RuntimeException e) {
            LOG.errorf(e, "a batch with %s failed", places);
            observer.stepFailed();
            failed(places);
            return;
        }
        for (int i = 0; i < places.size(); i++) {
            EncodeRequest request = known(places.get(i).call());
            if (request.read(places.get(i).text(), encodings.get(i))) {
                forget(request);
                request.finish();
            }
        }
        observer.stepped(
                texts.size(),
                texts.stream().mapToInt(text -> text.tokens().length).sum(),
                0,
                Duration.ofNanos(System.nanoTime() - start));
    }

    private void failed(List<Place> places) {
        Map<Long, List<Place>> calls = new LinkedHashMap<>();
        places.forEach(place ->
                calls.computeIfAbsent(place.call(), id -> new ArrayList<>()).add(place));
        if (calls.size() > 1) {
            calls.values().forEach(this::read);
        } else {
            fail(
                    known(places.getFirst().call()),
                    Rejection.of(Code.INTERNAL, "the model failed on the texts of this request"));
        }
    }

    @Override
    public void failAll(Rejection rejection) {
        for (EncodeRequest request : new ArrayList<>(active.values())) {
            try {
                fail(request, rejection);
            } catch (RuntimeException e) {
                LOG.errorf(e, "request %d could not be ended cleanly", request.id);
            }
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
    public void close() {
        reader.close();
    }

    private void fail(EncodeRequest request, Rejection rejection) {
        forget(request);
        request.fail(rejection);
    }

    private void forget(EncodeRequest request) {
        active.remove(request.id);
        planner.remove(request.id);
    }

    private EncodeRequest known(long id) {
        EncodeRequest request = active.get(id);
        if (request == null) {
            throw new IllegalStateException("request " + id + " is not known");
        }
        return request;
    }
}
