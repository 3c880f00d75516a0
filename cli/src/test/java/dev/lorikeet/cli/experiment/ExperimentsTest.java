package dev.lorikeet.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.cli.experiment.plot.Pictures;
import dev.lorikeet.cli.experiment.result.ResultLog;
import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import picocli.CommandLine;

/** Whole experiments of two steps over a tiny random model. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class ExperimentsTest {

    @TempDir
    private static Path models;

    @TempDir
    private Path out;

    private StringWriter printed;
    private StringWriter errors;

    @BeforeAll
    static void makeTheModel() throws IOException {
        RandomModel.write(models.resolve("tiny"), 1);
    }

    @BeforeEach
    void start() {
        printed = new StringWriter();
        errors = new StringWriter();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--model", models.resolve("tiny").toString(), "--out", out.toString()));
        all.addAll(List.of("--steps", "2", "--rows", "2", "--held-out", "2", "--answers", "2", "--threads", "1"));
        CommandLine commands = new CommandLine(new ExperimentCommand());
        commands.setOut(new PrintWriter(printed)).setErr(new PrintWriter(errors));
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            errors.append(failure.toString());
            return 1;
        });
        return commands.execute(all.toArray(String[]::new));
    }

    private Document picture(String name) throws IOException {
        return Pictures.parse(Files.readString(out.resolve(name + ".svg")));
    }

    private String table(String name) throws IOException {
        return Files.readString(out.resolve(name + ".md"));
    }

    @Test
    void ranksGiveATableAndACurve() throws IOException {
        assertThat(run("ranks", "--ranks", "1,4", "--seeds", "2"))
                .as("%s", errors)
                .isZero();

        assertThat(table("ranks")).contains("| base model | 0 |", "| 1 |", "| 4 |", "BLEU", "ranks.svg");
        assertThat(Pictures.count(picture("ranks"), "circle", "point")).isEqualTo(2);
        assertThat(Pictures.count(picture("ranks"), "path", "bar")).isEqualTo(2);
        assertThat(ResultLog.open(out.resolve("ranks.jsonl")).size()).isEqualTo(5);
    }

    @Test
    void finishedRunsAreNotDoneAgain() throws IOException {
        assertThat(run("ranks", "--ranks", "1", "--seeds", "1"))
                .as("%s", errors)
                .isZero();
        assertThat(run("ranks", "--ranks", "1", "--seeds", "1")).isEqualTo(1);
        assertThat(errors.toString()).contains("--resume");

        Path log = out.resolve("ranks.jsonl");
        String before = Files.readString(log);
        printed.getBuffer().setLength(0);
        assertThat(run("ranks", "--ranks", "1,2", "--seeds", "1", "--resume")).isZero();

        assertThat(Files.readString(log)).startsWith(before);
        assertThat(Files.readAllLines(log)).hasSize(3);
        assertThat(printed.toString()).contains("rank 2, rate").doesNotContain("rank 1, rate");
    }

    @Test
    void aRunAtAnotherRateIsAnotherRun() throws IOException {
        assertThat(run("ranks", "--ranks", "1", "--seeds", "1"))
                .as("%s", errors)
                .isZero();
        assertThat(run("ranks", "--ranks", "1", "--seeds", "1", "--rate", "1e-4", "--resume"))
                .isZero();

        assertThat(Files.readAllLines(out.resolve("ranks.jsonl"))).hasSize(3);
    }

    @Test
    void resultsAsJsonAreAllThatIsPrinted() throws IOException {
        assertThat(run("ranks", "--ranks", "1", "--seeds", "1", "--json"))
                .as("%s", errors)
                .isZero();

        JsonNode results = new ObjectMapper().readTree(printed.toString());
        assertThat(results).hasSize(2);
        assertThat(results.at("/1/key/variant").asText()).isEqualTo("rank 1");
        assertThat(results.at("/1/measures/test_loss").asDouble()).isPositive();
        assertThat(results.at("/1/series/training_losses")).hasSize(2);
    }

    @Test
    void e2eFilesAreRead() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            lines.append("name : Place ")
                    .append(i)
                    .append(" | area : riverside||Place ")
                    .append(i)
                    .append(" is there .\n");
        }
        Path data = Files.writeString(out.resolve("few.txt"), lines);

        assertThat(run("ranks", "--ranks", "1", "--seeds", "1", "--data", data.toString()))
                .as("%s", errors)
                .isZero();
        assertThat(table("ranks")).contains("E2E (few.txt)", "5 meanings to train on, 1 to choose by, 2 to report on");

        assertThat(run("ranks", "--resume", "--data", out.resolve("none.txt").toString()))
                .isEqualTo(1);
        assertThat(errors.toString()).contains("none.txt");
    }
}
