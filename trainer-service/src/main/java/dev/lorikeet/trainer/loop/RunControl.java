package dev.lorikeet.trainer.loop;

import dev.lorikeet.trainer.attempt.StopReason;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a run asks whether it may go on. The loop writes, the run reads. The lease is checked against the clock at every
 * question, so a run stops in time even if the loop is late.
 */
public final class RunControl {
    private final Supplier<Duration> clock;
    private volatile Duration leaseEnd;
    private volatile @Nullable StopReason told;

    /** A run that may go on until its lease ends on that clock. */
    public RunControl(Supplier<Duration> clock, Duration leaseEnd) {
        this.clock = clock;
        this.leaseEnd = leaseEnd;
    }

    /** Why the run has to stop, if it has to. */
    public Optional<StopReason> stopReason() {
        if (clock.get().compareTo(leaseEnd) >= 0) {
            return Optional.of(StopReason.LEASE_EXPIRED);
        }
        return Optional.ofNullable(told);
    }

    /** The trainer's clock: time since some start, never going back. */
    public Duration now() {
        return clock.get();
    }

    /** Lets the run go on until then. */
    public void extend(Duration end) {
        leaseEnd = end;
    }

    /** Tells the run to stop. */
    public void stop(StopReason reason) {
        told = reason;
    }
}
