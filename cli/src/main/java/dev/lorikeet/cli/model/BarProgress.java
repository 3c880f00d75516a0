package dev.lorikeet.cli.model;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows a pull's progress: a bar where a person looks at a terminal, else a line a file. */
public final class BarProgress implements Progress {
    private static final int WIDTH = 100;

    private final PrintStream err;
    private final boolean live;
    private @Nullable ProgressBar bar;

    /**
     * A display.
     *
     * @param live whether lines can be drawn over
     */
    public BarProgress(PrintStream err, boolean live) {
        this.err = err;
        this.live = live;
    }

    @Override
    public void note(String text) {
        err.println(text);
    }

    @Override
    public void begin(String file, long bytes, long already) {
        end();
        if (!live) {
            err.println(file
                    + (bytes < 0 ? "" : " (" + megabytes(bytes) + " MB)")
                    + (already > 0 ? ", going on at " + megabytes(already) + " MB" : ""));
            return;
        }
        bar = new ProgressBarBuilder()
                .setTaskName(file)
                .setInitialMax(bytes)
                .startsFrom(already, java.time.Duration.ZERO)
                .setUnit(" MB", 1_000_000)
                .setStyle(ProgressBarStyle.ASCII)
                .setMaxRenderedLength(WIDTH)
                .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH))
                .build();
    }

    private static String megabytes(long bytes) {
        return String.format(java.util.Locale.ROOT, "%.1f", bytes / 1e6);
    }

    @Override
    public void advance(long bytes) {
        if (bar != null) {
            bar.stepBy(bytes);
        }
    }

    @Override
    public void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
