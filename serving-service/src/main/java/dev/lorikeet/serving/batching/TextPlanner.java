package dev.lorikeet.serving.batching;

import dev.lorikeet.tenancy.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plans batch after batch which texts an encoder reads.
 *
 * <p>A call brings one text or many; they wait in the line of their tenant, first come, first served. Each place of a batch
 * goes to the tenant that has had the least service ({@link VirtualTokenCounters}), text by text, so a call of hundreds
 * holds up nobody else's for longer than a batch. A batch takes texts until the next one, whosesoever it is, would make it
 * larger than the budget; that one is then the first of the following batch, so no text starves for being long. Its size is
 * what attention computes over: texts times the longest of them.
 *
 * <p>Owned by one thread. Times are nanoseconds of one monotonic clock, passed in.
 */
public final class TextPlanner {
    private final int batchTokens;
    private final Map<TenantId, ArrayDeque<Call>> lines = new LinkedHashMap<>();
    private final Map<Long, Call> calls = new HashMap<>();
    private final VirtualTokenCounters counters = new VirtualTokenCounters();
    private long arrivals;

    /**
     * A text's place.
     *
     * @param call its call's number
     * @param text its place among the call's texts, from 0
     */
    public record Place(long call, int text) {}

    /**
     * What to do next.
     *
     * @param expired calls whose deadline passed, forgotten here
     * @param texts to read together; empty if none wait
     */
    public record Plan(List<Long> expired, List<Place> texts) {
        public Plan {
            expired = List.copyOf(expired);
            texts = List.copyOf(texts);
        }
    }

    /**
     * Plans batches of at most {@code batchTokens} tokens, padding counted; a longer text is a batch of its own.
     */
    public TextPlanner(int batchTokens) {
        if (batchTokens < 1) {
            throw new IllegalArgumentException("tokens a batch: " + batchTokens + ", must be at least 1");
        }
        this.batchTokens = batchTokens;
    }

    /**
     * Puts a call into its tenant's line.
     *
     * @param id unique among the calls that the planner knows
     * @param lengths of its texts in tokens, each at least 1
     * @param deadline {@link Long#MAX_VALUE} for none
     */
    public void enqueue(long id, TenantId tenant, List<Integer> lengths, long deadline) {
        Call call = new Call(id, tenant, arrivals++, deadline, List.copyOf(lengths));
        boolean idle = calls.values().stream().noneMatch(c -> c.tenant.equals(tenant));
        if (calls.putIfAbsent(id, call) != null) {
            throw new IllegalStateException("call " + id + " is queued already");
        }
        if (idle) {
            counters.arrive(tenant);
        }
        lines.computeIfAbsent(tenant, t -> new ArrayDeque<>()).addLast(call);
    }

    /** Forgets a call because it was answered or broken off; false if it is not known. */
    public boolean remove(long id) {
        Call call = calls.remove(id);
        if (call == null) {
            return false;
        }
        leaveLine(call);
        return true;
    }

    /** The next batch. What it says counts as read; a call whose texts all were waits to be {@link #remove}d. */
    public Plan plan(long now) {
        List<Long> expired = calls.values().stream()
                .filter(call -> call.deadline <= now)
                .sorted(Comparator.comparingLong(call -> call.arrival))
                .map(call -> call.id)
                .toList();
        expired.forEach(this::remove);
        List<Place> texts = new ArrayList<>();
        long longest = 0;
        while (!lines.isEmpty()) {
            Call call = next();
            int length = call.lengths.get(call.read);
            longest = Math.max(longest, length);
            if (!texts.isEmpty() && (texts.size() + 1) * longest > batchTokens) {
                break;
            }
            texts.add(new Place(call.id, call.read));
            call.read++;
            counters.served(call.tenant);
            counters.chargeInput(call.tenant, length);
            if (call.read == call.lengths.size()) {
                leaveLine(call);
            }
        }
        forgetIdleTenants();
        return new Plan(expired, texts);
    }

    /** Calls of which no text was planned yet. */
    public int queued() {
        return Math.toIntExact(
                calls.values().stream().filter(call -> call.read == 0).count());
    }

    /** Calls of which a text was planned. */
    public int running() {
        return calls.size() - queued();
    }

    /** Whether there is nothing to do. */
    public boolean idle() {
        return calls.isEmpty();
    }

    /** The call whose text goes next: the first of the tenant that has had the least service. */
    private Call next() {
        return lines.entrySet().stream()
                .min(Comparator.<Map.Entry<TenantId, ArrayDeque<Call>>>comparingLong(e -> counters.of(e.getKey()))
                        .thenComparingLong(e -> e.getValue().getFirst().arrival))
                .orElseThrow()
                .getValue()
                .getFirst();
    }

    private void leaveLine(Call call) {
        ArrayDeque<Call> line = lines.get(call.tenant);
        if (line != null && line.remove(call) && line.isEmpty()) {
            lines.remove(call.tenant);
        }
    }

    private void forgetIdleTenants() {
        if (counters.size() > 2 * calls.size() + 16) {
            Set<TenantId> active = new HashSet<>();
            calls.values().forEach(call -> active.add(call.tenant));
            counters.forgetIdle(active);
        }
    }

    private static final class Call {
        final long id;
        final TenantId tenant;
        final long arrival;
        final long deadline;
        final List<Integer> lengths;
        int read;

        Call(long id, TenantId tenant, long arrival, long deadline, List<Integer> lengths) {
            if (lengths.isEmpty() || lengths.stream().anyMatch(length -> length < 1)) {
                throw new IllegalArgumentException("call " + id + " with texts of " + lengths + " tokens");
            }
            this.id = id;
            this.tenant = tenant;
            this.arrival = arrival;
            this.deadline = deadline;
            this.lengths = lengths;
        }
    }
}
