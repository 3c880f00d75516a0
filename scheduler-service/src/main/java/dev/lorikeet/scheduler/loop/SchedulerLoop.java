package dev.lorikeet.scheduler.loop;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.Decider;
import dev.lorikeet.scheduler.decision.Decision;
import dev.lorikeet.scheduler.decision.Inquiry;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.decision.Message;
import dev.lorikeet.scheduler.decision.Observation;
import dev.lorikeet.scheduler.decision.SchedulerState;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.tenancy.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Owns the state. As a follower it applies what the journal says; as the leader it decides on batches of commands, each
 * decision seeing those before it. A batch is in the state as soon as it is decided, but nobody else sees it before it
 * is committed; if it cannot be committed, the whole loop is thrown away and made anew from the journal.
 *
 * <p>Used by one thread.
 */
public final class SchedulerLoop {
    private final Decider decider;
    private final BiConsumer<Command, RuntimeException> bugs;
    private final SchedulerState state = new SchedulerState();
    private boolean undecided = true;

    /**
     * @param bugs told of commands that made a decision fail; they are put aside, so that they block nobody
     */
    public SchedulerLoop(Decider decider, BiConsumer<Command, RuntimeException> bugs) {
        this.decider = requireNonNull(decider, "decider");
        this.bugs = requireNonNull(bugs, "bugs");
    }

    /** Applies what the journal says. */
    public Job replay(JournalEntry entry) {
        return state.apply(entry);
    }

    /** Begins to lead: every open attempt gets a fresh lease, since nobody listened until now. */
    public void takeOver(Instant now, Duration lease) {
        state.observe(new Observation.AllLeasesExtended(now.plus(lease)));
    }

    /** All jobs as they stand. */
    public Collection<Job> jobs() {
        return state.jobs();
    }

    /** Trainers that take work. */
    public int liveTrainers(Instant now, Duration silence) {
        return state.liveTrainers(now, silence);
    }

    /** What the registry is to be asked; the answers are commands. */
    public List<Inquiry> inquiries(Instant now) {
        return state.inquiries(now);
    }

    /**
     * Decides on commands in their order, then on time and placement.
     *
     * @throws IllegalStateException if the batch before was not committed
     */
    public Batch decide(List<Input> inputs, Instant now) {
        if (!undecided) {
            throw new IllegalStateException("the batch before was never committed");
        }
        undecided = false;
        Draft draft = new Draft();
        for (Input input : inputs) {
            draft.take(decision(input, now));
        }
        draft.take(decider.decide(state, new Command.Tick(), now));
        draft.take(decider.decide(state, new Command.PlaceJobs(), now));
        return new Batch(draft.entries(), draft.messages, draft.changed.values());
    }

    private Decision decision(Input input, Instant now) {
        try {
            return decider.decide(state, input.command(), now);
        } catch (RuntimeException e) {
            // Deciding changes nothing, so the state is whole; only this command is at fault.
            bugs.accept(input.command(), e);
            return decider.decide(
                    state,
                    new Command.PutAside(
                            Optional.empty(),
                            input.origin(),
                            Command.PutAside.Code.UNREADABLE,
                            "the scheduler failed on it: " + e,
                            ""),
                    now);
        }
    }

    /** The batch is committed. */
    public void committed() {
        undecided = true;
    }

    /** A batch in the making. */
    private final class Draft {
        private final List<JournalEntry> entries = new ArrayList<>();
        private final Map<JobId, Integer> newest = new HashMap<>();
        private final List<Message> messages = new ArrayList<>();
        private final Map<JobId, Job> changed = new LinkedHashMap<>();

        void take(Decision decision) {
            for (JournalEntry entry : decision.entries()) {
                changed.put(entry.job(), state.apply(entry));
                add(entry);
            }
            decision.observations().forEach(state::observe);
            messages.addAll(decision.messages());
        }

        /** An advance that another one follows at once needs no record: the later one says it all. */
        private void add(JournalEntry entry) {
            Integer before = newest.get(entry.job());
            if (before != null
                    && entry.change() instanceof Change.AttemptAdvanced
                    && entries.get(before).change() instanceof Change.AttemptAdvanced) {
                entries.set(before, entry);
            } else {
                newest.put(entry.job(), entries.size());
                entries.add(entry);
            }
        }

        List<JournalEntry> entries() {
            return entries;
        }
    }
}
