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
 * Plans step after step which requests run: continuous batching with chunked prefill.
 *
 * <p>Requests wait in a queue of their tenant, first come, first served; a free slot goes to the tenant that has had the
 * least service ({@link VirtualTokenCounters}), so no tenant starves and no slot idles while anyone waits. Every running
 * request that decodes is fed one token a step; prompts share a budget of tokens a step, so that a long prompt does not
 * stall the others' decoding.
 *
 * <p>Owned by one thread. Times are nanoseconds of one monotonic clock, passed in.
 */
public final class BatchPlanner {
    private final int prefillTokens;
    private final Map<TenantId, ArrayDeque<Entry>> waiting = new LinkedHashMap<>();
    private final Map<Long, Entry> entries = new HashMap<>();
    private final List<Entry> running = new ArrayList<>();
    private final VirtualTokenCounters counters = new VirtualTokenCounters();
    private long arrivals;
    private int queued;

    /** Plans steps with at most {@code prefillTokens} prompt tokens each. */
    public BatchPlanner(int prefillTokens) {
        if (prefillTokens < 1) {
            throw new IllegalArgumentException("prefill tokens a step: " + prefillTokens + ", must be at least 1");
        }
        this.prefillTokens = prefillTokens;
    }

    /**
     * What a request begins with.
     *
     * @param tokens at least 1
     * @param pictureTokens that come in whole, together with the first of them
     */
    public record Prompt(int tokens, int pictureTokens) {
        public Prompt {
            if (tokens < 1 || pictureTokens < 0) {
                throw new IllegalArgumentException(
                        "a prompt of " + tokens + " tokens behind " + pictureTokens + " of a picture");
            }
        }
    }

    /** Puts a request that is text alone into its tenant's queue. */
    public void enqueue(long id, TenantId tenant, int promptTokens, long deadline) {
        enqueue(id, tenant, new Prompt(promptTokens, 0), deadline);
    }

    /**
     * Puts a request into its tenant's queue.
     *
     * @param id unique among the requests the planner knows
     * @param deadline {@link Long#MAX_VALUE} for none
     */
    public void enqueue(long id, TenantId tenant, Prompt prompt, long deadline) {
        Entry entry = new Entry(id, tenant, arrivals++, deadline, prompt);
        boolean idle = entries.values().stream().noneMatch(e -> e.tenant.equals(tenant));
        if (entries.putIfAbsent(id, entry) != null) {
            throw new IllegalStateException("request " + id + " is queued already");
        }
        if (idle) {
            counters.arrive(tenant);
        }
        waiting.computeIfAbsent(tenant, t -> new ArrayDeque<>()).addLast(entry);
        queued++;
    }

    /** Forgets a request, waiting or running, because it finished or was cancelled; false if it is not known. */
    public boolean remove(long id) {
        Entry entry = entries.remove(id);
        if (entry == null) {
            return false;
        }
        if (!running.remove(entry)) {
            ArrayDeque<Entry> line = waiting.get(entry.tenant);
            if (line == null || !line.remove(entry)) {
                throw new IllegalStateException("request " + id + " is neither running nor waiting");
            }
            leaveLine(entry.tenant, line);
        }
        return true;
    }

    /**
     * The next step. What it says counts as done: admitted requests run, fed tokens are no longer pending.
     *
     * @param freeSlots how many more requests may run
     */
    public StepPlan plan(long now, int freeSlots) {
        List<Long> expired = entries.values().stream()
                .filter(e -> e.deadline <= now)
                .sorted(Comparator.comparingLong(e -> e.arrival))
                .map(e -> e.id)
                .toList();
        int slots = freeSlots;
        for (long id : expired) {
            remove(id);
        }
        List<Long> admitted = new ArrayList<>();
        while (slots > 0 && queued > 0) {
            Entry next = admitNext();
            admitted.add(next.id);
            slots--;
        }
        return new StepPlan(expired, admitted, feeds());
    }

    /** A request's last pending token was processed and a new one chosen: that one is pending now. */
    public void generated(long id) {
        Entry entry = entries.get(id);
        if (entry == null || entry.pending != 0) {
            throw new IllegalStateException("request " + id + " was not expected to generate");
        }
        entry.pending = 1;
        entry.decoding = true;
        counters.chargeOutput(entry.tenant, 1);
    }

    /** How many requests wait for a slot. */
    public int queued() {
        return queued;
    }

    /** How many requests run. */
    public int running() {
        return running.size();
    }

    /** Whether there is nothing to do. */
    public boolean idle() {
        return entries.isEmpty();
    }

    /** All requests known, in no order. */
    public Set<Long> ids() {
        return Set.copyOf(entries.keySet());
    }

    private Entry admitNext() {
        TenantId tenant = waiting.entrySet().stream()
                .min(Comparator.<Map.Entry<TenantId, ArrayDeque<Entry>>>comparingLong(e -> counters.of(e.getKey()))
                        .thenComparingLong(e -> e.getValue().getFirst().arrival))
                .orElseThrow()
                .getKey();
        ArrayDeque<Entry> line = waiting.get(tenant);
        if (line == null) {
            throw new IllegalStateException("no line for tenant " + tenant);
        }
        Entry entry = line.removeFirst();
        leaveLine(tenant, line);
        running.add(entry);
        counters.served(tenant);
        counters.chargeInput(tenant, entry.pending + entry.picture);
        forgetIdleTenants();
        return entry;
    }

    private void leaveLine(TenantId tenant, ArrayDeque<Entry> line) {
        queued--;
        if (line.isEmpty()) {
            waiting.remove(tenant);
        }
    }

    private void forgetIdleTenants() {
        if (counters.size() > 2 * entries.size() + 16) {
            Set<TenantId> active = new HashSet<>();
            entries.values().forEach(e -> active.add(e.tenant));
            counters.forgetIdle(active);
        }
    }

    private List<Feed> feeds() {
        List<Feed> feeds = new ArrayList<>();
        List<Entry> prompts = new ArrayList<>();
        for (Entry entry : running) {
            if (entry.decoding) {
                feeds.add(new Feed(entry.id, take(entry, 1)));
            } else {
                prompts.add(entry);
            }
        }
        // First admitted, first prefilled: admission was fair already, and a prompt that is through frees the budget.
        int budget = prefillTokens;
        for (Entry entry : prompts) {
            if (budget <= 0) {
                break;
            }
            int tokens = take(entry, Math.min(budget, entry.pending));
            budget -= tokens + entry.picture;
            entry.picture = 0;
            feeds.add(new Feed(entry.id, tokens));
        }
        return feeds;
    }

    private static int take(Entry entry, int tokens) {
        if (tokens < 1 || entry.pending < tokens) {
            throw new IllegalStateException("request " + entry.id + " has " + entry.pending + " pending tokens");
        }
        entry.pending -= tokens;
        return tokens;
    }

    private static final class Entry {
        final long id;
        final TenantId tenant;
        final long arrival;
        final long deadline;
        int pending;
        int picture;
        boolean decoding;

        Entry(long id, TenantId tenant, long arrival, long deadline, Prompt prompt) {
            this.id = id;
            this.tenant = tenant;
            this.arrival = arrival;
            this.deadline = deadline;
            this.pending = prompt.tokens();
            this.picture = prompt.pictureTokens();
        }
    }
}
