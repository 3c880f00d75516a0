package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.decision.Decider;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.loop.Batch;
import dev.lorikeet.scheduler.loop.Input;
import dev.lorikeet.scheduler.loop.JobBoard;
import dev.lorikeet.scheduler.loop.SchedulerLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The scheduler's life on Kafka, on one thread: follow the journal; when elected, fence the leader before, read the
 * journal to its end, and decide on inputs, batch by batch, a transaction each. Whatever goes wrong, all that is in
 * memory is thrown away and read again from the journal.
 */
public final class Scheduler implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Scheduler.class);
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration REFRESH = Duration.ofSeconds(10);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final int LARGEST_BATCH = 500;

    /** What the scheduler does now. */
    public enum Role {
        /** Not caught up with the journal. */
        STARTING,
        /** Another one leads. */
        FOLLOWING,
        /** This one decides. */
        LEADING
    }

    private final KafkaSettings settings;
    private final Intake intake;
    private final Decider decider;
    private final Duration lease;
    private final JobBoard board;
    private final Watcher watcher;
    private final InstantSource time = InstantSource.system();
    private volatile Role role = Role.STARTING;
    private final LoopThread thread = new LoopThread("scheduler", Duration.ofSeconds(15));

    /**
     * @param lease how long an attempt lives when a new leader took over
     * @param board shows what is committed
     * @param watcher told of what happens
     */
    public Scheduler(
            KafkaSettings settings, Intake intake, Decider decider, Duration lease, JobBoard board, Watcher watcher) {
        this.settings = requireNonNull(settings, "settings");
        this.intake = requireNonNull(intake, "intake");
        this.decider = requireNonNull(decider, "decider");
        this.lease = requireNonNull(lease, "lease");
        this.board = requireNonNull(board, "board");
        this.watcher = requireNonNull(watcher, "watcher");
    }

    /** What it does now. */
    public Role role() {
        return role;
    }

    /** Starts its thread. */
    public void start() {
        thread.start(this::run);
    }

    private void run() {
        while (thread.goesOn()) {
            try (Leadership leadership = new Leadership(settings)) {
                term(leadership);
            } catch (RuntimeException e) {
                if (thread.goesOn()) {
                    LOG.warn("starts again from the journal", e);
                    watcher.restarted();
                    thread.pause(AFTER_FAILURE);
                }
            } finally {
                role = Role.STARTING;
            }
        }
    }

    /** From an empty state until something goes wrong or the leadership is lost. */
    private void term(Leadership leadership) {
        SchedulerLoop loop = new SchedulerLoop(
                decider, (command, bug) -> LOG.errorf(bug, "failed to decide; put aside: %s", command));
        try (Journal journal = new Journal(settings)) {
            catchUp(loop, journal);
            role = Role.FOLLOWING;
            while (thread.goesOn() && !leadership.leads()) {
                List<Job> changed = new ArrayList<>();
                journal.poll(IDLE).forEach(entry -> changed.add(loop.replay(entry)));
                board.show(changed);
            }
            if (!thread.goesOn()) {
                return;
            }
            try (Transactions transactions = new Transactions(settings)) {
                catchUp(loop, journal);
                lead(loop, leadership, transactions);
            }
        }
    }

    private void catchUp(SchedulerLoop loop, Journal journal) {
        long end = journal.end();
        while (journal.position() < end && thread.goesOn()) {
            for (JournalEntry entry : journal.poll(IDLE)) {
                loop.replay(entry);
            }
        }
        board.showOnly(loop.jobs());
    }

    private void lead(SchedulerLoop loop, Leadership leadership, Transactions transactions) {
        LOG.infof("leads with %d jobs", loop.jobs().size());
        loop.takeOver(time.instant(), lease);
        try (Inputs inputs = intake.open(settings);
                Lookups lookups = new Lookups(intake.versions())) {
            Instant nextRefresh = Instant.MIN;
            Instant nextTick = Instant.MIN;
            while (thread.goesOn() && leadership.leads()) {
                Instant now = time.instant();
                if (!nextRefresh.isAfter(now)) {
                    inputs.refresh();
                    nextRefresh = now.plus(REFRESH);
                }
                role = Role.LEADING;
                List<Inputs.Ready> ready = inputs.take(LARGEST_BATCH, IDLE);
                now = time.instant();
                List<Input> commands = lookups.answers();
                if (!ready.isEmpty() || !commands.isEmpty() || !nextTick.isAfter(now)) {
                    step(loop, transactions, ready, commands, now);
                    lookups.ask(loop.inquiries(now));
                    nextTick = now.plus(TICK);
                }
            }
        }
        LOG.info("leads no more");
    }

    private void step(
            SchedulerLoop loop,
            Transactions transactions,
            List<Inputs.Ready> ready,
            List<Input> commands,
            Instant now) {
        for (Inputs.Ready input : ready) {
            if (input.prepared() instanceof Prepared.Asks asks) {
                commands.add(new Input(asks.command(), Preparer.origin(input.message())));
            }
        }
        long began = System.nanoTime();
        Batch batch = loop.decide(commands, now);
        long decided = System.nanoTime();
        if (!batch.isEmpty() || !ready.isEmpty()) {
            transactions.commit(batch, ready);
            watcher.committed(
                    ready.size(), Duration.ofNanos(decided - began), Duration.ofNanos(System.nanoTime() - decided));
        }
        loop.committed();
        board.show(batch.changed());
        watcher.trainers(loop.liveTrainers(now, lease));
    }

    /** Lets the current batch end, gives the leadership away, and waits for the thread's end. */
    @Override
    public void close() {
        thread.close();
    }

    /** Told of what happens, on the scheduler's thread. */
    public interface Watcher {
        /** A batch was committed. */
        void committed(int inputs, Duration deciding, Duration committing);

        /** Trainers that take work now. */
        void trainers(int live);

        /** Something went wrong; the state is read again. */
        void restarted();
    }
}
