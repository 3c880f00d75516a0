package dev.lorikeet.trainer.attempt;

import dev.lorikeet.tenancy.JobId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a trainer knows about its attempts; immutable.
 *
 * @param identity who it is
 * @param slots attempts that run at once, at least 1
 * @param attempts those it holds, in the order of their assignment
 * @param newest the highest attempt number seen of each job, the most recently assigned jobs last: what was seen is
 *     never begun again
 * @param closing whether it takes no more work
 */
public record TrainerState(
        Identity identity, int slots, List<Attempt> attempts, Map<JobId, Integer> newest, boolean closing) {
    /**
     * Jobs remembered. Orders are read from the end of the topic at start and in order afterwards, so only a repetition
     * within a scheduler's retry can come again: far fewer than these.
     */
    static final int REMEMBERED_JOBS = 4096;

    /** Checks and copies. */
    public TrainerState {
        if (slots < 1) {
            throw new IllegalArgumentException("a trainer needs a slot: " + slots);
        }
        attempts = List.copyOf(attempts);
        newest = Collections.unmodifiableMap(new LinkedHashMap<>(newest));
    }

    /** A trainer that holds nothing. */
    public static TrainerState fresh(Identity identity, int slots) {
        return new TrainerState(identity, slots, List.of(), Map.of(), false);
    }

    /** The attempt of that name, if this trainer holds it. */
    public Optional<Attempt> attempt(AttemptKey key) {
        return attempts.stream().filter(each -> each.key().equals(key)).findFirst();
    }

    /** Names of all attempts held: what a heartbeat carries. */
    public List<AttemptKey> held() {
        return attempts.stream().map(Attempt::key).toList();
    }

    int usedSlots() {
        return Math.toIntExact(attempts.stream().filter(Attempt::holdsSlot).count());
    }

    /** Attempts that keep their slot, or wait for one: those that were not told to stop. */
    int wantedSlots() {
        return Math.toIntExact(
                attempts.stream().filter(each -> !each.stopping()).count());
    }

    boolean seen(AttemptKey key) {
        Integer number = newest.get(key.job());
        return number != null && number >= key.number();
    }

    TrainerState seeing(AttemptKey key) {
        Map<JobId, Integer> next = new LinkedHashMap<>(newest);
        next.remove(key.job());
        next.put(key.job(), key.number());
        if (next.size() > REMEMBERED_JOBS) {
            next.remove(next.keySet().iterator().next());
        }
        return new TrainerState(identity, slots, attempts, next, closing);
    }

    TrainerState with(Attempt attempt) {
        List<Attempt> next = new ArrayList<>(attempts);
        int at = held().indexOf(attempt.key());
        if (at < 0) {
            next.add(attempt);
        } else {
            next.set(at, attempt);
        }
        return new TrainerState(identity, slots, next, newest, closing);
    }

    TrainerState without(AttemptKey key) {
        return new TrainerState(
                identity,
                slots,
                attempts.stream().filter(each -> !each.key().equals(key)).toList(),
                newest,
                closing);
    }

    /** Whether nothing is left to do: no more work is taken, and every attempt has been given back. */
    public boolean done() {
        return closing && attempts.isEmpty();
    }

    TrainerState closed() {
        return new TrainerState(identity, slots, attempts, newest, true);
    }
}
