package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Where a job stands.
 *
 * <pre>
 *              assigned                succeeded
 *  Queued ────────────────▶ Running ────────────────▶ Succeeded
 *   │  ▲                    │  │  │    failed, no retry, no version in the registry
 *   │  └── ended, retried ──┘  │  └─────────────────▶ Failed
 *   │                          │ cancellation asked
 *   │                          ▼                succeeded all the same: Succeeded
 *   │                      Cancelling ──┬───────────▶
 *   │  cancelled                        │ confirmed, failed, given back, lease expired
 *   └──────────────────────────────────▶└───────────▶ Cancelled
 * </pre>
 *
 * Succeeded, Failed and Cancelled are final.
 */
public sealed interface JobState {
    /** Waits for a trainer: not before a time, for a reason that people understand. */
    record Queued(Instant notBefore, String reason) implements JobState {
        public Queued {
            requireNonNull(notBefore, "notBefore");
            requireNonNull(reason, "reason");
        }
    }

    /** An attempt was given to a trainer. */
    record Running(Attempt attempt) implements JobState {
        public Running {
            requireNonNull(attempt, "attempt");
        }
    }

    /** Somebody asked for its end; the trainer has yet to confirm. */
    record Cancelling(Attempt attempt, String by) implements JobState {
        public Cancelling {
            requireNonNull(attempt, "attempt");
            requireNonNull(by, "by");
        }
    }

    /** Its adapter is published. */
    record Succeeded(Outcome outcome) implements JobState {
        public Succeeded {
            requireNonNull(outcome, "outcome");
        }
    }

    /** It ended without an adapter. */
    record Failed(Failure failure) implements JobState {
        public Failed {
            requireNonNull(failure, "failure");
        }
    }

    /** It was cancelled. */
    record Cancelled(String by) implements JobState {
        public Cancelled {
            requireNonNull(by, "by");
        }
    }

    /** The attempt that has not ended, if there is one. */
    default Optional<Attempt> openAttempt() {
        return switch (this) {
            case Running running -> Optional.of(running.attempt());
            case Cancelling cancelling -> Optional.of(cancelling.attempt());
            case Queued _, Succeeded _, Failed _, Cancelled _ -> Optional.empty();
        };
    }

    /** Whether nothing follows. */
    default boolean isFinal() {
        return switch (this) {
            case Queued _, Running _, Cancelling _ -> false;
            case Succeeded _, Failed _, Cancelled _ -> true;
        };
    }
}
