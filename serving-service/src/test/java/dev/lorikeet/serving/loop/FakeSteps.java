package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.serving.batching.Feed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A decoder that counts upwards from a prompt's last token, one step at a time as the test allows. */
final class FakeSteps implements TokenSteps {
    static final int BROKEN = 13;

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final Semaphore allowed = new Semaphore(0);
    volatile boolean failing;
    volatile boolean refusing;
    private final int slots;
    private final Map<Long, int[]> sequences = new HashMap<>();

    FakeSteps(int slots) {
        this.slots = slots;
    }

    /** Steps are not held up. */
    FakeSteps free() {
        allowed.release(1_000_000);
        return this;
    }

    @Override
    public int freeSlots() {
        return slots - sequences.size();
    }

    @Override
    public void open(long id, Work.Input input, @Nullable ResidentAdapter adapter, SamplingOptions sampling) {
        if (refusing) {
            throw new IllegalArgumentException("refused by the test");
        }
        if (freeSlots() == 0) {
            throw new IllegalStateException("no slot");
        }
        int[] prompt = input.tokens();
        sequences.put(id, new int[] {prompt[prompt.length - 1], prompt.length});
        opened.incrementAndGet();
    }

    @Override
    public List<Sampled> step(List<Feed> feeds) {
        allowed.acquireUninterruptibly();
        if (failing) {
            throw new IllegalStateException("failed by the test");
        }
        List<Sampled> sampled = new ArrayList<>();
        for (Feed feed : feeds) {
            int[] state = sequences.get(feed.id());
            if (state == null) {
                throw new IllegalStateException("request " + feed.id() + " is not open");
            }
            state[1] -= feed.tokens();
            if (state[1] == 0) {
                state[0]++;
                state[1] = 1;
                sampled.add(new Sampled(feed.id(), state[0] == BROKEN ? -1 : state[0]));
            }
        }
        return sampled;
    }

    @Override
    public void close(long id) {
        if (sequences.remove(id) == null) {
            throw new IllegalStateException("request " + id + " was closed twice");
        }
        closed.incrementAndGet();
    }

    @Override
    public void close() {
        if (!sequences.isEmpty()) {
            throw new IllegalStateException("slots were not given back: " + sequences.keySet());
        }
    }
}
