package dev.lorikeet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.RandomModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectNode REQUEST = JSON.createObjectNode().put("case", "training");

    @TempDir
    private Path folder;

    @Test
    void answersAndErrorsAreTold() throws IOException {
        Path program = program("""
                read line
                echo '{"millis": [1.5, 2.5], "peak_bytes": 1024}'
                read line
                echo '{"error": "ImportError: peft"}'
                read line
                """);

        try (Worker worker = Worker.start(List.of(program.toString()), "")) {
            assertThat(worker.ask(REQUEST)).isEqualTo(new Worker.Answer(List.of(1.5, 2.5), 1024, null));
            assertThat(worker.ask(REQUEST).error()).isEqualTo("ImportError: peft");
        }
    }

    @Test
    void processThatEndsIsExplained() throws IOException {
        Path program = program("read line\nexit 3\n");

        try (Worker worker = Worker.start(List.of(program.toString()), "is there a peft?")) {
            assertThatThrownBy(() -> worker.ask(REQUEST))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("exit code 3")
                    .hasMessageContaining("is there a peft?");
        }
    }

    @Test
    void missingInterpreterIsNamed() {
        assertThatThrownBy(() -> Contender.peft(folder.resolve("python"), folder, folder, 1, null))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--peer-python");
    }

    @Test
    void sidesTakeTurnsAndAFailureEndsOnlyItsOwn() throws IOException {
        Path log = folder.resolve("log");
        Path ours = program("while read line; do echo ours >> " + log + "; echo '{\"millis\": [2]}'; done\n");
        Path theirs = program("read line; echo theirs >> " + log + "; echo '{\"error\": \"broken\"}'; read line\n");
        Contender engine = new Contender("Lorikeet", List.of(ours.toString()), "", null);
        Contender peer = new Contender("PEFT eager", List.of(theirs.toString()), "", "eager");

        Figures figures =
                new Rounds(engine, List.of(peer), 3).run(BenchCase.training().getFirst(), Precision.FLOAT32);

        assertThat(Files.readAllLines(log)).containsExactly("ours", "theirs", "ours", "ours");
        assertThat(figures.engine().medianMillis()).isEqualTo(2);
        assertThat(figures.peers()).containsEntry("PEFT eager", Figures.Side.failed("broken"));
    }

    @Test
    void everyCaseIsDoneByTheWorkshop() throws IOException {
        Path model = folder.resolve("model");
        RandomModel.write(model, 1);
        for (String work : List.of(
                "{\"case\": \"training\", \"rows\": 2, \"length\": 8, \"rank\": 2",
                "{\"case\": \"training\", \"rows\": 2, \"length\": 8, \"rank\": 2, \"nf4\": true, \"recompute\": true",
                "{\"case\": \"training\", \"rows\": 2, \"length\": 20, \"rank\": 2, \"mixed\": true, \"accumulation\": 2,"
                        + " \"packed\": true",
                "{\"case\": \"decode\", \"rows\": 2, \"length\": 8, \"rank\": 2",
                "{\"case\": \"prefill\", \"rows\": 1, \"length\": 8")) {
            String line = work + ", \"precision\": \"float32\", \"iterations\": 2}\n";
            StringWriter answers = new StringWriter();

            new Workshop(model, 1).serve(new BufferedReader(new StringReader(line + line)), new PrintWriter(answers));

            assertThat(answers.toString().lines()).hasSize(2).allSatisfy(answer -> {
                assertThat(JSON.readTree(answer).path("millis")).hasSize(2);
                assertThat(JSON.readTree(answer).path("peak_bytes").asLong()).isPositive();
            });
        }
    }

    @Test
    void partsOfAStepAndTheRestMakeTheWhole() {
        StepParts parts = new StepParts("training", "float32", 200, Map.of("projections", 150.0));

        assertThat(parts.table().lines())
                .contains(
                        "| projections | 150 | 75 % |",
                        "| everything else | 50 | 25 % |", "| whole step | 200 | 100 % |");
    }

    @Test
    void unknownWorkIsRefused() {
        String line = "{\"case\": \"dreaming\", \"precision\": \"float32\", \"iterations\": 1}\n";

        assertThatThrownBy(() -> new Workshop(folder, 1)
                        .serve(new BufferedReader(new StringReader(line)), new PrintWriter(new StringWriter())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dreaming");
    }

    private Path program(String body) throws IOException {
        Path file = Files.createTempFile(folder, "program", "");
        Files.writeString(file, "#!/bin/sh\n" + body);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
