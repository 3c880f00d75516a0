package dev.lorikeet.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.cli.Main;
import dev.lorikeet.cli.experiment.result.ResultLog;
import dev.lorikeet.engine.model.RandomModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ending an experiment's process in the middle of a run. */
class StoppingTest {
    private static final int SIGTERM = 128 + 15;

    @Test
    void aProcessThatIsToldToEndStopsBetweenTwoStepsAndKeepsWhatIsFinished(@TempDir Path folder) throws Exception {
        RandomModel.write(folder.resolve("tiny"), 1);
        Path errors = folder.resolve("errors.txt");
        Process process = new ProcessBuilder(command(folder))
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        try (BufferedReader lines = process.inputReader()) {
            // A run is finished, and the next of a hundred thousand goes on.
            assertThat(lines.lines().anyMatch(line -> line.startsWith("rank 1, rate")))
                    .isTrue();

            process.destroy();

            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(SIGTERM);
        int finished =
                ResultLog.open(folder.resolve("out").resolve("ranks.jsonl")).size();
        // The base model's and one of rank 1 at least.
        assertThat(finished).isGreaterThan(1);
        assertThat(Files.readString(errors))
                .contains("stopped between two steps", "has " + finished + " finished runs; go on by --resume");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("hs_err") || name.startsWith("core"));
        }
    }

    private static List<String> command(Path folder) {
        return List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "experiment",
                "ranks",
                "--model",
                folder.resolve("tiny").toString(),
                "--out",
                folder.resolve("out").toString(),
                "--ranks",
                "1",
                "--rates",
                "1",
                "--seeds",
                "100000",
                "--steps",
                "3",
                "--rows",
                "1",
                "--answers",
                "0",
                "--threads",
                "1");
    }

    @Test
    void workIsAskedToStopAndTheRequestCanBeWithdrawnWithTheListener() throws IOException {
        try (StopRequest request = StopRequest.listen()) {
            Progress progress = new Progress(line -> {}, request::requested);
            progress.mayGoOn();

            request.request();

            assertThatThrownBy(progress::mayGoOn).isInstanceOf(StoppedException.class);
        }
    }
}
