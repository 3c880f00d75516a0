package dev.lorikeet.serving.residency;

import dev.lorikeet.serving.residency.ResidencyEffect.Evict;
import dev.lorikeet.serving.residency.ResidencyEffect.Fail;
import dev.lorikeet.serving.residency.ResidencyEffect.Grant;
import dev.lorikeet.serving.residency.ResidencyEffect.Load;
import dev.lorikeet.serving.residency.ResidencyEffect.Refuse;
import dev.lorikeet.serving.residency.ResidencyEffect.RefusedFor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which adapter revisions are in memory, and who uses them.
 *
 * <pre>
 *            acquire, room             loaded
 *   ABSENT ────────────────▶ FETCHING ────────▶ READY ─┐ leases > 0: pinned
 *      ▲                        │ failed          │  ▲──┘
 *      └────────────────────────┴─────────────────┘ evicted (least recently used, no lease) or retired
 * </pre>
 *
 * A revision is known by the digest of its content, never by a name. Every change returns the effects that follow from
 * it. One load serves all who ask for the revision meanwhile; a failure ends those who waited and is then forgotten.
 * When all memory is pinned, tickets wait in one line for room; once its head has waited longer than the patience, newly
 * asked-for leases join the line too, so that steady use of what is resident cannot keep it out for ever.
 *
 * <p>Not thread-safe: the caller guards it. Times are nanoseconds of one monotonic clock, passed in.
 */
public final class Residency {
    private final long budget;
    private final int maxLine;
    private final long patience;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<Long, Lease> tickets = new HashMap<>();
    private final ArrayDeque<Waiter> line = new ArrayDeque<>();
    private long used;

    /**
     * Begins with nothing in memory.
     *
     * @param budgetBytes what all loaded and loading adapters may take together
     * @param maxLine how many tickets may wait for room
     * @param patienceNanos how long the head of the line waits before it holds up new leases
     */
    public Residency(long budgetBytes, int maxLine, long patienceNanos) {
        if (budgetBytes < 0 || maxLine < 0 || patienceNanos < 0) {
            throw new IllegalArgumentException("negative: " + budgetBytes + ", " + maxLine + ", " + patienceNanos);
        }
        this.budget = budgetBytes;
        this.maxLine = maxLine;
        this.patience = patienceNanos;
    }

    /**
     * Asks for a lease on a revision.
     *
     * @param ticket unique among those that hold or wait for a lease
     * @param bytes what the revision will take in memory, reserved while it loads
     */
    public List<ResidencyEffect> acquire(long ticket, String revision, long bytes, long now) {
        if (bytes < 0) {
            throw new IllegalArgumentException("revision " + revision + ": " + bytes + " bytes");
        }
        if (tickets.containsKey(ticket)) {
            throw new IllegalStateException("ticket " + ticket + " is in use");
        }
        List<ResidencyEffect> effects = new ArrayList<>();
        if (bytes > budget) {
            effects.add(new Refuse(ticket, RefusedFor.LARGER_THAN_BUDGET));
            return effects;
        }
        Waiter waiter = new Waiter(ticket, revision, bytes, now);
        Waiter head = line.peekFirst();
        boolean overdue = head != null && now - head.since > patience;
        boolean present = entries.containsKey(revision);
        if (present ? !overdue : head == null) {
            if (admit(waiter, now, effects)) {
                return effects;
            }
        }
        if (line.size() >= maxLine) {
            effects.add(new Refuse(ticket, RefusedFor.NO_ROOM));
            return effects;
        }
        line.addLast(waiter);
        tickets.put(ticket, new Lease(revision, LeaseState.IN_LINE));
        return effects;
    }

    /** A load that was asked for is done and takes {@code bytes}. */
    public List<ResidencyEffect> loaded(String revision, long bytes, long now) {
        Entry entry = fetching(revision);
        List<ResidencyEffect> effects = new ArrayList<>();
        used += bytes - entry.bytes;
        entry.bytes = bytes;
        entry.ready = true;
        entry.lastUsed = now;
        for (long ticket : entry.waiters) {
            grant(ticket, revision, entry, effects);
        }
        entry.waiters.clear();
        dropIfRetired(revision, entry, effects);
        shrink(effects);
        pump(now, effects);
        return effects;
    }

    /** A load that was asked for failed: all who waited for it are told, and the next to ask starts afresh. */
    public List<ResidencyEffect> failed(String revision, long now) {
        Entry entry = fetching(revision);
        List<ResidencyEffect> effects = new ArrayList<>();
        entries.remove(revision);
        used -= entry.bytes;
        for (long ticket : entry.waiters) {
            tickets.remove(ticket);
            effects.add(new Fail(ticket, revision));
        }
        pump(now, effects);
        return effects;
    }

    /** Gives up a ticket, whether it holds its lease or still waits for it; nothing happens if it is unknown. */
    public List<ResidencyEffect> release(long ticket, long now) {
        Lease lease = tickets.remove(ticket);
        List<ResidencyEffect> effects = new ArrayList<>();
        if (lease == null) {
            return effects;
        }
        switch (lease.state) {
            case IN_LINE -> line.removeIf(w -> w.ticket == ticket);
            case LOADING -> entry(lease.revision).waiters.remove(ticket);
            case HELD -> {
                Entry entry = entry(lease.revision);
                entry.leases--;
                entry.lastUsed = now;
                dropIfRetired(lease.revision, entry, effects);
                shrink(effects);
            }
        }
        pump(now, effects);
        return effects;
    }

    /** The revision will not be asked for again (its version was deleted): it goes once its last lease is given up. */
    public List<ResidencyEffect> retire(String revision, long now) {
        List<ResidencyEffect> effects = new ArrayList<>();
        Entry entry = entries.get(revision);
        if (entry != null) {
            entry.retired = true;
            dropIfRetired(revision, entry, effects);
            pump(now, effects);
        }
        return effects;
    }

    /** Bytes of all loaded and loading adapters. */
    public long usedBytes() {
        return used;
    }

    /** Leases held. */
    public int leases() {
        return entries.values().stream().mapToInt(e -> e.leases).sum();
    }

    /** Tickets that wait, for a load or for room. */
    public int waiting() {
        return line.size()
                + entries.values().stream().mapToInt(e -> e.waiters.size()).sum();
    }

    /** The revisions in memory. */
    public Set<String> ready() {
        Set<String> ready = new LinkedHashSet<>();
        entries.forEach((revision, entry) -> {
            if (entry.ready) {
                ready.add(revision);
            }
        });
        return ready;
    }

    /** Serves a waiter now if that is possible; false leaves everything as it was. */
    private boolean admit(Waiter waiter, long now, List<ResidencyEffect> effects) {
        Entry entry = entries.get(waiter.revision);
        if (entry == null) {
            if (!makeRoom(waiter.bytes, effects)) {
                return false;
            }
            entry = new Entry(waiter.bytes);
            entries.put(waiter.revision, entry);
            used += waiter.bytes;
            effects.add(new Load(waiter.ticket, waiter.revision));
        }
        entry.retired = false;
        entry.lastUsed = now;
        if (entry.ready) {
            grant(waiter.ticket, waiter.revision, entry, effects);
        } else {
            entry.waiters.add(waiter.ticket);
            tickets.put(waiter.ticket, new Lease(waiter.revision, LeaseState.LOADING));
        }
        return true;
    }

    private void pump(long now, List<ResidencyEffect> effects) {
        while (!line.isEmpty()) {
            if (!admit(line.getFirst(), now, effects)) {
                return;
            }
            line.removeFirst();
        }
    }

    private void grant(long ticket, String revision, Entry entry, List<ResidencyEffect> effects) {
        entry.leases++;
        tickets.put(ticket, new Lease(revision, LeaseState.HELD));
        effects.add(new Grant(ticket, revision));
    }

    /** Evicts the least recently used without a lease until {@code bytes} fit; evicts nothing if that cannot do. */
    private boolean makeRoom(long bytes, List<ResidencyEffect> effects) {
        if (used + bytes <= budget) {
            return true;
        }
        List<Map.Entry<String, Entry>> idle = idle();
        long evictable = idle.stream().mapToLong(e -> e.getValue().bytes).sum();
        if (used - evictable + bytes > budget) {
            return false;
        }
        Iterator<Map.Entry<String, Entry>> victims = idle.iterator();
        while (used + bytes > budget) {
            Map.Entry<String, Entry> victim = victims.next();
            evict(victim.getKey(), victim.getValue(), effects);
        }
        return true;
    }

    /** A revision may turn out larger than what was reserved for it: the idle ones go until the budget is kept again. */
    private void shrink(List<ResidencyEffect> effects) {
        Iterator<Map.Entry<String, Entry>> victims = idle().iterator();
        while (used > budget && victims.hasNext()) {
            Map.Entry<String, Entry> victim = victims.next();
            evict(victim.getKey(), victim.getValue(), effects);
        }
    }

    /** Those without a lease, least recently used first. */
    private List<Map.Entry<String, Entry>> idle() {
        return entries.entrySet().stream()
                .filter(e -> e.getValue().idle())
                .sorted(Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().lastUsed)
                        .thenComparing(Map.Entry::getKey))
                .toList();
    }

    private void dropIfRetired(String revision, Entry entry, List<ResidencyEffect> effects) {
        if (entry.retired && entry.idle()) {
            evict(revision, entry, effects);
        }
    }

    private void evict(String revision, Entry entry, List<ResidencyEffect> effects) {
        entries.remove(revision);
        used -= entry.bytes;
        effects.add(new Evict(revision));
    }

    private Entry fetching(String revision) {
        Entry entry = entry(revision);
        if (entry.ready) {
            throw new IllegalStateException("revision " + revision + " was not loading");
        }
        return entry;
    }

    private Entry entry(String revision) {
        Entry entry = entries.get(revision);
        if (entry == null) {
            throw new IllegalStateException("revision " + revision + " is absent");
        }
        return entry;
    }

    private enum LeaseState {
        IN_LINE,
        LOADING,
        HELD
    }

    private record Lease(String revision, LeaseState state) {}

    private record Waiter(long ticket, String revision, long bytes, long since) {}

    private static final class Entry {
        final Set<Long> waiters = new LinkedHashSet<>();
        long bytes;
        long lastUsed;
        int leases;
        boolean ready;
        boolean retired;

        Entry(long bytes) {
            this.bytes = bytes;
        }

        boolean idle() {
            return ready && leases == 0;
        }
    }
}
