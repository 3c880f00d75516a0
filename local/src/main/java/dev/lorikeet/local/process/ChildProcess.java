package dev.lorikeet.local.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A child process by name, its output appended to a log file. */
public final class ChildProcess {
    private static final int TAIL_LINES = 30;
    private static final int TAIL_BYTES = 16 * 1024;

    private final String name;
    private final ProcessHandle handle;
    private final Path log;

    private ChildProcess(String name, ProcessHandle handle, Path log) {
        this.name = name;
        this.handle = handle;
        this.log = log;
    }

    /**
     * Starts a process. It ignores the terminal's Ctrl-C, which goes to all processes at once: whoever started it ends
     * it, in the right order.
     *
     * @param name for messages
     * @param command program and arguments
     * @param environment added to ours
     * @param log where its output goes; appended to
     */
    public static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        List<String> shielded = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
        shielded.addAll(command);
        Files.createDirectories(log.toAbsolutePath().getParent());
        ProcessBuilder builder = new ProcessBuilder(shielded)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ChildProcess(name, builder.start().toHandle(), log);
    }

    /** A process that someone else started. */
    public static ChildProcess running(String name, ProcessHandle handle, Path log) {
        return new ChildProcess(name, handle, log);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its log file. */
    public Path log() {
        return log;
    }

    /** Its process. */
    public ProcessHandle handle() {
        return handle;
    }

    /** Whether it runs. */
    public boolean alive() {
        return handle.isAlive();
    }

    /** Asks it to end; returns at once. */
    public void askToEnd() {
        handle.destroy();
    }

    /** Ends it without asking, as a crash would, and waits until it is gone. */
    public void kill() {
        handle.destroyForcibly();
        handle.onExit().join();
    }

    /** Waits until it has ended, and kills it if that takes too long. Returns whether it ended by itself. */
    public boolean awaitEnd(Duration patience) {
        try {
            handle.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            kill();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Waiting for " + name + " failed", e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The last lines of its log, for telling why it ended. */
    public String lastLines() {
        try (var channel = Files.newByteChannel(log)) {
            long start = Math.max(0, channel.size() - TAIL_BYTES);
            channel.position(start);
            byte[] bytes = new byte[(int) (channel.size() - start)];
            int n = channel.read(java.nio.ByteBuffer.wrap(bytes));
            String[] lines = new String(bytes, 0, Math.max(0, n), StandardCharsets.UTF_8).split("\n", -1);
            return String.join(
                    "\n",
                    Stream.of(lines)
                            .skip(Math.max(0, lines.length - TAIL_LINES))
                            .toList());
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }
}
