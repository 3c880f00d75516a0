package dev.lorikeet.cli.job;

import dev.lorikeet.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Jobs as they advance: on a live terminal one bar a job, drawn over and over; elsewhere a plain line whenever a job
 * changes state or passes another tenth. For one thread.
 */
public final class ProgressLines {

    private static final int BAR = 24;

    private final Terminal terminal;
    private final Map<String, TrackedJob> shown = new LinkedHashMap<>();
    private int drawn;

    /**
     * Progress of no job yet.
     *
     * @param terminal where to
     */
    public ProgressLines(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Shows a job as it now is.
     *
     * @param name what people call it
     * @param job as it now is
     */
    public void show(String name, TrackedJob job) {
        TrackedJob before = shown.put(name, job);
        if (job.equals(before)) {
            return;
        }
        if (!terminal.live()) {
            if (before == null || worthALine(before, job)) {
                terminal.line(line(name, job, name.length()));
            }
            return;
        }
        int width = shown.keySet().stream().mapToInt(String::length).max().orElse(0);
        // Lines that are too long are cut, not wrapped: as many lines as jobs.
        StringBuilder frame = new StringBuilder("\u001b[?7l");
        if (drawn > 0) {
            frame.append("\u001b[").append(drawn).append('A');
        }
        shown.forEach((each, state) ->
                frame.append("\u001b[2K").append(line(each, state, width)).append('\n'));
        drawn = shown.size();
        terminal.part(frame.append("\u001b[?7h").toString());
    }

    private static boolean worthALine(TrackedJob before, TrackedJob now) {
        return before.state() != now.state() || tenth(before) != tenth(now) || (before.step() == 0 && now.step() > 0);
    }

    private static int tenth(TrackedJob job) {
        return job.totalSteps() == 0 ? 0 : job.step() * 10 / job.totalSteps();
    }

    /**
     * One job in one line.
     *
     * @param name what people call it
     * @param job as it is
     * @param width of the column of names
     */
    static String line(String name, TrackedJob job, int width) {
        String label = name + " ".repeat(Math.max(0, width - name.length()));
        String words = switch (job.state()) {
            case TRAINING -> job.totalSteps() == 0 ? "training " + job.detail() : numbers(job);
            case SUCCEEDED -> numbers(job) + "  " + job.detail();
            case REQUESTED, ACCEPTED, QUEUED, REJECTED, FAILED, CANCELLED ->
                job.state().word() + (job.detail().isEmpty() ? "" : ": " + job.detail());
        };
        return label + "  " + bar(job) + "  " + words.replaceAll("\\p{Cntrl}", " ");
    }

    private static String bar(TrackedJob job) {
        int full = job.totalSteps() == 0 ? 0 : (int) ((long) BAR * job.step() / job.totalSteps());
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
    }

    private static String numbers(TrackedJob job) {
        StringBuilder text = new StringBuilder("step %d/%d".formatted(job.step(), job.totalSteps()));
        job.lossIfKnown().ifPresent(loss -> text.append(String.format(Locale.ROOT, "  loss %.4f", loss)));
        if (!job.state().ended() && job.tokensPerSecond() > 0) {
            text.append(String.format(Locale.ROOT, "  %.0f tokens/s", job.tokensPerSecond()));
        }
        if (!job.state().ended() && job.etaSeconds() > 0) {
            text.append("  ").append(duration(job.etaSeconds())).append(" left");
        }
        return text.toString();
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : whole / 60 + " min " + whole % 60 + " s";
    }
}
