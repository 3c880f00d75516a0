package dev.lorikeet.trainer.loop;

import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.Command;
import dev.lorikeet.trainer.attempt.Decision;
import dev.lorikeet.trainer.attempt.Effect;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.Order;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.StopReason;
import dev.lorikeet.trainer.attempt.TrainerRules;
import dev.lorikeet.trainer.attempt.TrainerState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The trainer's loop: one thread takes commands, asks {@link TrainerRules}, and carries the effects out. Each run has a
 * platform thread of its own, for it spends its time in native code.
 */
public final class TrainerLoop {
    private static final Logger LOG = Logger.getLogger(TrainerLoop.class);
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);

    private final Runner runner;
    private final Reports reports;
    private final Supplier<Duration> clock;
    private final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();
    private final Map<AttemptKey, RunControl> controls = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile TrainerState state;

    /** A loop that has not started; the clock tells the time since some start and never goes back. */
    public TrainerLoop(Identity identity, int slots, Runner runner, Reports reports, Supplier<Duration> clock) {
        this.state = TrainerState.fresh(identity, slots);
        this.runner = runner;
        this.reports = reports;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("trainer-loop").unstarted(this::loop);
    }

    /** Starts. */
    public void start() {
        thread.start();
    }

    /** Hands an order over; returns at once. */
    public void obey(Identity to, Order order) {
        commands.add(new Command.Obey(to, order));
    }

    /** The attempts held right now. */
    public List<AttemptKey> held() {
        return state.held();
    }

    /** Whether the loop's thread runs. */
    public boolean alive() {
        return thread.isAlive();
    }

    /**
     * Gives back what runs, takes no more, and ends the loop.
     *
     * @return whether that was done in time
     */
    public boolean shutDown(Duration patience) throws InterruptedException {
        commands.add(new Command.ShutDown());
        return closed.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void loop() {
        while (closed.getCount() > 0) {
            try {
                @Nullable Command command = commands.poll(sleep().toNanos(), TimeUnit.NANOSECONDS);
                // Leases first: what ran out before a command stays lost, whatever the command says.
                apply(new Command.NoteTime());
                if (command != null) {
                    apply(command);
                }
            } catch (InterruptedException e) {
                LOG.error("the trainer's loop was interrupted and ends", e);
                return;
            } catch (RuntimeException e) {
                // A bug; the state is as it was before the command, so the other attempts are safe.
                LOG.error("a command failed in the trainer's loop", e);
            }
        }
    }

    private Duration sleep() {
        Duration now = clock.get();
        Duration sleep = TrainerRules.nextLeaseEnd(state)
                .map(end -> end.minus(now).plusMillis(1))
                .orElse(LONGEST_SLEEP);
        return sleep.compareTo(LONGEST_SLEEP) > 0 ? LONGEST_SLEEP : sleep.isNegative() ? Duration.ZERO : sleep;
    }

    private void apply(Command command) {
        Decision decision = TrainerRules.decide(state, command, clock.get());
        for (Effect effect : decision.effects()) {
            carryOut(effect);
        }
        if (command instanceof Command.NoteEnd(AttemptKey key, RunOutcome _)) {
            controls.remove(key);
        }
        // Last, so that a heartbeat never lacks an attempt whose end is not yet on its way.
        state = decision.state();
        if (state.done()) {
            closed.countDown();
        }
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Start(Assignment assignment, Duration leaseEnd) -> begin(assignment, leaseEnd);
            case Effect.Extend(AttemptKey attempt, Duration leaseEnd) ->
                control(attempt).extend(leaseEnd);
            case Effect.Stop(AttemptKey attempt, StopReason reason) -> {
                LOG.infof("attempt %s stops: %s", attempt, reason);
                control(attempt).stop(reason);
            }
            case Effect.ReportEnd(AttemptKey attempt, Effect.End end) -> {
                LOG.infof("attempt %s ended: %s", attempt, end);
                reports.ended(attempt, end);
            }
            case Effect.ReportStopping() -> reports.stopping();
        }
    }

    private RunControl control(AttemptKey attempt) {
        RunControl control = controls.get(attempt);
        if (control == null) {
            throw new IllegalStateException("attempt " + attempt + " does not run");
        }
        return control;
    }

    private void begin(Assignment assignment, Duration leaseEnd) {
        AttemptKey key = assignment.key();
        LOG.infof(
                "attempt %s of %s/%s begins",
                key, assignment.tenant(), assignment.job().adapter());
        RunControl control = new RunControl(clock, leaseEnd);
        controls.put(key, control);
        Thread.ofPlatform().daemon().name("attempt-" + key).start(() -> {
            RunOutcome outcome;
            try {
                outcome = runner.run(assignment, control, new ReportingListener(key, control, reports, commands::add));
            } catch (Throwable e) {
                LOG.errorf(e, "attempt %s failed by a bug", key);
                outcome = new RunOutcome.Failed(FailureKind.INTERNAL, "unexpected " + e);
            }
            commands.add(new Command.NoteEnd(key, outcome));
        });
    }
}
