package dev.lorikeet.cli.experiment.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the field
class ResultLogTest {

    @TempDir
    private Path folder;

    private static RunResult result(String variant, double loss) {
        return new RunResult(
                new RunResult.Key(variant, 1e-3, 1, "abc"),
                "",
                Map.of("loss", loss),
                Map.of("losses", List.of(2.0, loss)));
    }

    @Test
    void resultsAreReadBackAsTheyWere() throws IOException {
        Path file = folder.resolve("new/ranks.jsonl");
        ResultLog log = ResultLog.open(file);
        log.add(result("rank 1", 1.5));
        RunResult diverged = new RunResult(new RunResult.Key("rank 2", 1, 1, "abc"), "diverged", Map.of(), Map.of());
        log.add(diverged);

        ResultLog again = ResultLog.open(file);

        assertThat(again.all()).containsExactly(result("rank 1", 1.5), diverged);
        assertThat(again.find(diverged.key())).contains(diverged);
        assertThat(again.find(new RunResult.Key("rank 1", 1e-3, 2, "abc"))).isEmpty();
        assertThat(diverged.succeeded()).isFalse();
        assertThatThrownBy(() -> diverged.measure("loss")).hasMessageContaining("no loss");
    }

    @Test
    void aLineThatWasCutOffIsNoResultAndTheNextOneIsWhole() throws IOException {
        Path file = folder.resolve("ranks.jsonl");
        ResultLog.open(file).add(result("rank 1", 1.5));
        Files.writeString(file, "{\"key\": {\"vari", StandardOpenOption.APPEND);

        ResultLog cut = ResultLog.open(file);
        cut.add(result("rank 2", 1.4));

        assertThat(ResultLog.open(file).all()).containsExactly(result("rank 1", 1.5), result("rank 2", 1.4));
    }

    @Test
    void aDamagedLineInTheMiddleIsAnError() throws IOException {
        Path file = folder.resolve("ranks.jsonl");
        Files.writeString(file, "nonsense\n");
        ResultLog.open(file).add(result("rank 1", 1.5));
        Files.writeString(file, "nonsense\n" + Files.readString(file));

        assertThatThrownBy(() -> ResultLog.open(file)).hasMessageContaining("line 1");
    }

    @Test
    void summariesAreTheValuesComputedByHand() {
        Summary summary = Summary.of(List.of(1.0, 4.0, 2.0, 3.0));

        assertThat(summary.mean()).isEqualTo(2.5);
        assertThat(summary.median()).isEqualTo(2.5);
        assertThat(summary.deviation()).isCloseTo(Math.sqrt(5.0 / 3), within(1e-12));
        assertThat(summary.text(2)).isEqualTo("2.50 ± 1.29");
        assertThat(Summary.of(List.of(1.25)).text(1)).isEqualTo("1.3");
        assertThat(Summary.correlation(List.of(1.0, 2.0, 3.0), List.of(6.0, 4.0, 2.0)))
                .isCloseTo(-1, within(1e-12));
        // Deviations (-1, 0, 1) and (-1, 1, 0): 1 / sqrt(2 * 2).
        assertThat(Summary.correlation(List.of(1.0, 2.0, 3.0), List.of(1.0, 3.0, 2.0)))
                .isCloseTo(0.5, within(1e-12));
    }

    @Test
    void tablesAreMarkdown() {
        assertThat(new MarkdownTable("rank", "loss").row("1", "a|b").text())
                .isEqualTo("| rank | loss |\n|---|---|\n| 1 | a\\|b |\n");
    }
}
