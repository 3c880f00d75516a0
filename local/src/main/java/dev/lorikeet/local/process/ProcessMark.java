package dev.lorikeet.local.process;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A process as written to a file: its id alone would be taken for another process's once it is used again.
 *
 * @param pid the process id
 * @param startedAtMillis when it started, milliseconds since the epoch; 0 if the system does not tell
 */
public record ProcessMark(long pid, long startedAtMillis) {
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    /** Marks a running process. */
    public static ProcessMark of(ProcessHandle handle) {
        return new ProcessMark(
                handle.pid(),
                handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }

    /** The process, if it still runs. */
    public Optional<ProcessHandle> find() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> handle.info()
                        .startInstant()
                        .map(start -> Math.abs(start.toEpochMilli() - startedAtMillis) <= TOLERANCE.toMillis())
                        .orElse(true));
    }
}
