package dev.lorikeet.trainer.kafka;

import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Effect;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import dev.lorikeet.trainer.loop.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to the scheduler, in order.
 *
 * <p>Reports that must arrive queue up. Of an attempt's progress only the newest waits, not sooner after the one before
 * than the pause, but always before that attempt's next other report. Of heartbeats one waits, and it is written when
 * it is taken, after all queued reports: so it never lacks an attempt whose end has not been sent. Thread-safe; one
 * thread takes.
 */
final class Outbox implements Reports {
    private final ReportWriter writer;
    private final Duration pause;
    private final Supplier<Instant> clock;
    private final Deque<Queued> queue = new ArrayDeque<>();
    private final Map<AttemptKey, TrainingProgress> progress = new LinkedHashMap<>();
    private final Map<AttemptKey, Instant> lastProgress = new LinkedHashMap<>();
    private @Nullable Supplier<List<AttemptKey>> heartbeat;
    private boolean stopping;
    private boolean closed;

    /** An outbox whose progress reports of an attempt are at least that pause apart. */
    Outbox(Identity identity, Capacity capacity, Duration pause, Supplier<Instant> clock) {
        this.writer = new ReportWriter(identity, capacity);
        this.pause = pause;
        this.clock = clock;
    }

    private record Queued(@Nullable AttemptKey attempt, TrainerReport report, boolean end) {}

    /** Says that this trainer is up. */
    synchronized void ready() {
        queue(null, writer.ready(clock.get()), false);
    }

    /** Says that this trainer lives, and holds what is held when the heartbeat is sent. */
    synchronized void heartbeat(Supplier<List<AttemptKey>> held) {
        heartbeat = held;
        notifyAll();
    }

    @Override
    public synchronized void started(AttemptKey attempt, int resumedFromStep, DatasetUse dataset) {
        queue(attempt, writer.started(clock.get(), attempt, resumedFromStep, dataset), false);
    }

    @Override
    public synchronized void progress(AttemptKey attempt, TrainingProgress newest) {
        progress.put(attempt, newest);
        notifyAll();
    }

    @Override
    public synchronized void checkpointed(AttemptKey attempt, int step) {
        queue(attempt, writer.checkpointed(clock.get(), attempt, step), false);
    }

    @Override
    public synchronized void ended(AttemptKey attempt, Effect.End end) {
        queue(attempt, writer.ended(clock.get(), attempt, end), true);
    }

    @Override
    public synchronized void stopping() {
        stopping = true;
        queue(null, writer.stopping(clock.get()), false);
    }

    private void queue(@Nullable AttemptKey attempt, TrainerReport report, boolean end) {
        if (attempt != null) {
            TrainingProgress before = progress.remove(attempt);
            if (before != null) {
                queue.add(new Queued(attempt, writer.progress(clock.get(), attempt, before), false));
                lastProgress.put(attempt, clock.get());
            }
        }
        queue.add(new Queued(attempt, report, end));
        notifyAll();
    }

    /** Takes nothing more in; what is queued can still be taken. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Waits for the next report; null when closed and empty. */
    synchronized @Nullable TrainerReport take() throws InterruptedException {
        while (true) {
            @Nullable TrainerReport next = next();
            if (next != null) {
                return next;
            }
            if (closed) {
                return null;
            }
            if (progress.isEmpty()) {
                wait();
            } else {
                wait(Math.max(1, pause.toMillis() / 4));
            }
        }
    }

    private @Nullable TrainerReport next() {
        @Nullable Queued first = queue.poll();
        if (first != null) {
            if (first.end && first.attempt != null) {
                lastProgress.remove(first.attempt);
            }
            return first.report;
        }
        Supplier<List<AttemptKey>> held = heartbeat;
        if (held != null) {
            heartbeat = null;
            // Behind the farewell it keeps the leases of what is still held, and tells a scheduler that never heard the
            // farewell (a new leader) that there is no room.
            return stopping ? writer.lastHeartbeat(clock.get(), held.get()) : writer.heartbeat(clock.get(), held.get());
        }
        Instant now = clock.get();
        for (Map.Entry<AttemptKey, TrainingProgress> each : progress.entrySet()) {
            AttemptKey attempt = each.getKey();
            Instant last = lastProgress.get(attempt);
            if (last == null || !last.plus(pause).isAfter(now)) {
                progress.remove(attempt);
                lastProgress.put(attempt, now);
                return writer.progress(now, attempt, each.getValue());
            }
        }
        return null;
    }
}
