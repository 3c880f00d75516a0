package dev.lorikeet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.cli.demo.data.DemoExample;
import dev.lorikeet.cli.demo.data.DemoTask;
import dev.lorikeet.cli.demo.data.DemoTasks;
import dev.lorikeet.cli.platform.LocalRun;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.registry.s3.StoreSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class DemoReportTest {

    private static final DemoTask TASK = DemoTasks.all().getLast();

    @Test
    void everyQuestionGoesToBothAndIsJudged() throws Exception {
        ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

        Evaluation evaluation = Evaluation.of(TASK, "house-style@3", (name, question) -> {
            asked.add(name);
            return name.isEmpty() ? "I do not know." : question.answer();
        });

        assertThat(asked).hasSize(2 * TASK.heldOut().size());
        assertThat(asked.stream().filter("house-style@3"::equals)).hasSameSizeAs(TASK.heldOut());
        assertThat(evaluation.base().success()).isZero();
        assertThat(evaluation.adapter().success()).isEqualTo(TASK.heldOut().size());
        assertThat(evaluation.convincing()).isTrue();
        assertThat(evaluation.adapterAnswers())
                .isEqualTo(TASK.heldOut().stream().map(DemoExample::answer).toList());
    }

    @Test
    void anAdapterLikeTheBaseDoesNotConvince() throws Exception {
        assertThat(Evaluation.of(TASK, "a@1", (name, question) -> question.answer())
                        .convincing())
                .isFalse();
    }

    @Test
    void aFailedAnswerFailsTheEvaluation() {
        assertThatThrownBy(() -> Evaluation.of(TASK, "a@1", (name, question) -> {
                    throw new IllegalArgumentException("no such model");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no such model");
    }

    @Test
    void theScoresStandSideBySide() throws Exception {
        Evaluation evaluation =
                Evaluation.of(TASK, "a@1", (name, question) -> name.isEmpty() ? "no" : question.answer());

        List<String> lines = DemoReport.scores(evaluation).lines();

        assertThat(lines.getFirst())
                .startsWith("globex: answers in a house style")
                .contains("BASE", "HOUSE-STYLE");
        assertThat(lines.getLast()).matches("whole style right +0/32  0 % +32/32  100 %");
    }

    @Test
    void longAnswersAreWrappedInTwoColumnsAndCut() {
        List<String> lines = DemoReport.sideBySide("word ".repeat(40), "short\nand two");

        assertThat(lines).allMatch(line -> line.length() <= 103);
        assertThat(lines.getFirst()).endsWith(" | short");
        assertThat(lines.get(1)).endsWith(" | and two");
        assertThat(DemoReport.sideBySide("line\n".repeat(50), ""))
                .hasSize(10)
                .last()
                .asString()
                .startsWith("...");
        assertThat(DemoReport.wrap("x".repeat(25), 10)).containsExactly("x".repeat(10), "x".repeat(10), "xxxxx");
    }

    @Test
    void theRequestIsWhatTheContractSays() throws Exception {
        String json = DemoTraining.request(TASK, "s3://lorikeet/tenants/globex/datasets/x.jsonl", "demo-1");

        TrainingRequest.Builder request = TrainingRequest.newBuilder();
        JsonFormat.parser().merge(json, request);
        assertThat(request.getAdapter()).isEqualTo("house-style");
        assertThat(request.getDatasetUri()).endsWith("x.jsonl");
        assertThat(request.getMethod().getLora().getRank())
                .isEqualTo(TASK.recipe().rank());
        assertThat(request.getHyperparameters().getMaxSteps())
                .isEqualTo(TASK.recipe().steps());
        assertThat(request.getIdempotencyKey()).isEqualTo("demo-1");
    }

    @Test
    void theCommandsToGoOnWithCarryKeysAndAddresses() throws Exception {
        LocalRun run = new LocalRun(
                "127.0.0.1:7700",
                "127.0.0.1:7701",
                "127.0.0.1:9092",
                new StoreSettings(URI.create("http://127.0.0.1:9000"), "lorikeet", "a", "s", "us-east-1"),
                Map.of("globex", "key-g"));
        Evaluation evaluation = Evaluation.of(TASK, "a@1", (name, question) -> "x");

        List<String> lines = DemoReport.next(run, List.of(evaluation));

        assertThat(lines)
                .anyMatch(line -> line.contains("./lorikeet chat --tenant globex --model house-style"))
                .anyMatch(line -> line.contains("grpcurl") && line.contains("Bearer key-g") && line.contains(":7700"))
                .anyMatch(line -> line.contains("kafka-console-producer") && line.contains(":9092"));
        // What the shell makes of the console producer's line is a request that the contract knows.
        String producer = lines.stream()
                .filter(line -> line.contains("kafka-console-producer"))
                .findFirst()
                .orElseThrow();
        Process shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        producer.substring(0, producer.indexOf(" | ")).strip())
                .start();
        String sent = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(sent).startsWith("authorization:Bearer key-g\t{");
        TrainingRequest.Builder request = TrainingRequest.newBuilder();
        JsonFormat.parser().merge(sent.substring(sent.indexOf('\t')), request);
        JsonNode example =
                new ObjectMapper().readTree(request.getInlineExamples().getLines(0));
        assertThat(example.get("prompt").asText()).isEqualTo("Hello");
    }
}
