package dev.lorikeet.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.cli.terminal.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {

    private final StringWriter out = new StringWriter();

    @Test
    void aLineShowsBarStepsAndLoss() {
        assertThat(ProgressLines.line("acme", training(12, 24, 0.5), 6))
                .isEqualTo("acme    [############------------]  step 12/24  loss 0.5000  300 tokens/s  1 min 5 s left");
    }

    @Test
    void withoutATerminalOnlyEveryTenthAndEveryChangeOfStateIsALine() {
        ProgressLines lines = new ProgressLines(new Terminal(new PrintWriter(out), false));

        lines.show("acme", TrackedJob.requested());
        for (int step = 1; step <= 100; step++) {
            lines.show("acme", training(step, 100, 1.0 / step));
        }

        // requested, step 1, and 10, 20 ... 100
        List<String> printed = out.toString().lines().toList();
        assertThat(printed).hasSize(12);
        assertThat(printed.getFirst()).contains("requested");
        assertThat(printed.getLast()).contains("step 100/100");
        assertThat(out.toString()).doesNotContain("\u001b");
    }

    @Test
    void onATerminalEveryBarIsDrawnOverTheOldOne() {
        ProgressLines lines = new ProgressLines(new Terminal(new PrintWriter(out), true));
        lines.show("acme", training(1, 10, 1.0));
        lines.show("globex", TrackedJob.requested());
        out.getBuffer().setLength(0);

        lines.show("acme", training(2, 10, 0.9));

        assertThat(out.toString()).contains("\u001b[2A").contains("step 2/10").contains("globex");
        assertThat(out.toString().chars().filter(c -> c == '\n')).hasSize(2);
    }

    @Test
    void controlCharactersOfAReasonDoNotReachTheTerminal() {
        TrackedJob evil =
                new TrackedJob("j-1", 1, TrackedJob.State.FAILED, "a\u001b[2Jb\nc", 0, 0, Double.NaN, 0, 0, 0);

        assertThat(ProgressLines.line("acme", evil, 4)).endsWith("failed: a [2Jb c");
    }

    private static TrackedJob training(int step, int total, double loss) {
        return new TrackedJob("j-1", step, TrackedJob.State.TRAINING, "on t-1", step, total, loss, 65, 300, 0);
    }
}
