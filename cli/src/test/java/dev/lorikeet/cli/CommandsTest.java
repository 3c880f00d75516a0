package dev.lorikeet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.RandomModel;
import dev.lorikeet.proto.adapter.v1.AliasTarget;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterRequest;
import dev.lorikeet.proto.adapter.v1.DeleteVersionRequest;
import dev.lorikeet.proto.adapter.v1.SetAliasRequest;
import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.EmbedRequest;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.Pooling;
import dev.lorikeet.proto.training.v1.LearningRateSchedule;
import dev.lorikeet.proto.training.v1.ListJobsRequest;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whole commands, from the arguments to what they print, against services that answer from memory. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class CommandsTest {

    @TempDir
    private Path folder;

    private FakeServices services;
    private StringWriter out;
    private StringWriter err;

    @BeforeEach
    void start() throws Exception {
        services = new FakeServices();
        out = new StringWriter();
        err = new StringWriter();
    }

    @AfterEach
    void stop() {
        services.close();
    }

    private int run(String... arguments) {
        CommandLine commands = Main.commandLine();
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return commands.execute(arguments);
    }

    /** Runs with the fakes' address, a good key, and a data folder where nothing runs. */
    private int runHere(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of(
                "--scheduler",
                services.address(),
                "--serving",
                services.address(),
                "--data",
                folder.toString(),
                "--key",
                FakeServices.KEY));
        return run(all.toArray(String[]::new));
    }

    @Test
    void everyCommandHasAHelpText() {
        for (CommandLine command : Main.commandLine().getSubcommands().values()) {
            assertThat(command.getCommandSpec().usageMessage().description())
                    .as(command.getCommandName())
                    .isNotEmpty();
        }
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("demo", "up", "down", "train", "jobs", "adapters", "chat", "doctor");
    }

    @Test
    void wrongUsageIsExitCodeTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("jbos")).isEqualTo(2);
        assertThat(run("train")).isEqualTo(2);
        assertThat(run("jobs", "get")).isEqualTo(2);
        assertThat(run("chat", "--json")).isEqualTo(2);
        assertThat(runHere("classify", "--pair", "one", "two", "three")).isEqualTo(2);
        assertThat(runHere("adapters", "alias", "a", "production", "zero")).isEqualTo(2);
    }

    @Test
    void allPagesOfJobsAreListed() {
        assertThat(runHere("jobs", "list")).isZero();

        assertThat(out.toString().lines()).hasSize(3);
        assertThat(out.toString()).contains("j-new", "running", "j-old", "succeeded");
        assertThat(services.asked).hasSize(2).allMatch(ListJobsRequest.class::isInstance);
    }

    @Test
    void jobsAsJsonAreTheServicesAnswer() throws Exception {
        assertThat(runHere("jobs", "list", "--json", "--limit", "1")).isZero();

        assertThat(new ObjectMapper().readTree(out.toString()).at("/jobs/0/id").asText())
                .isEqualTo("j-new");
        assertThat(services.asked).hasSize(1);
    }

    @Test
    void optionsBeforeASubcommandCountAsThoseBehindIt() {
        int code = run(
                "jobs",
                "--scheduler",
                services.address(),
                "--key",
                FakeServices.KEY,
                "list",
                "--data",
                folder.toString());

        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(services.asked).hasSize(2);
    }

    @Test
    void aWatchEndsWithTheJobAndItsExitCodeTellsTheOutcome() {
        assertThat(runHere("jobs", "watch", "j-1")).isZero();
        assertThat(out.toString()).contains("step 1/2", "loss 0.2500");

        assertThat(runHere("jobs", "watch", "j-fails")).isEqualTo(1);
        assertThat(out.toString()).contains("failed: no memory");
    }

    @Test
    void trainingOverGrpcSendsTheExamplesAndShowsTheEnd() throws Exception {
        Path file = Files.writeString(folder.resolve("x.jsonl"), "{\"text\": \"a\"}\n\n{\"text\": \"b\"}\n");

        int code = runHere(
                "train",
                file.toString(),
                "--adapter",
                "parrot",
                "--via",
                "grpc",
                "--rank",
                "4",
                "--max-steps",
                "20",
                "--schedule",
                "constant",
                "--warmup-steps",
                "0",
                "--metadata",
                "who=me",
                "--label",
                "no",
                "--label",
                "yes",
                "--idempotency-key",
                "k1",
                "--seed",
                "0");

        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        TrainingRequest sent = (TrainingRequest) services.asked.getFirst();
        assertThat(sent.getInlineExamples().getLinesList()).containsExactly("{\"text\": \"a\"}", "{\"text\": \"b\"}");
        assertThat(sent.getMethod().getLora().getRank()).isEqualTo(4);
        assertThat(sent.getHyperparameters().getMaxSteps()).isEqualTo(20);
        assertThat(sent.getHyperparameters().getSchedule())
                .isEqualTo(LearningRateSchedule.LEARNING_RATE_SCHEDULE_CONSTANT);
        assertThat(sent.getHyperparameters().hasWarmupSteps()).isTrue();
        assertThat(sent.getHyperparameters().hasWeightDecay()).isFalse();
        assertThat(sent.hasSeed()).isTrue();
        assertThat(sent.getMetadataMap()).containsEntry("who", "me");
        assertThat(sent.getLabelsList()).containsExactly("no", "yes");
        assertThat(sent.getIdempotencyKey()).isEqualTo("k1");
        assertThat(out.toString()).contains("Job j-1").contains("chat --model parrot@7");
    }

    @Test
    void aRefusedRequestTellsEveryField() throws Exception {
        Path file = Files.writeString(folder.resolve("x.jsonl"), "{\"text\": \"a\"}\n");

        assertThat(runHere("train", file.toString(), "--adapter", "BAD", "--via", "grpc"))
                .isEqualTo(1);

        assertThat(err.toString())
                .contains("INVALID_ARGUMENT: the request is invalid")
                .contains("adapter: must be lower case")
                .doesNotContain("\tat ");
    }

    @Test
    void aDatasetThatIsNoFileIsToldBeforeAnythingIsSent() {
        assertThat(runHere("train", folder + "/none.jsonl", "--adapter", "a", "--via", "grpc"))
                .isEqualTo(1);

        assertThat(err.toString()).contains("no readable file");
        assertThat(services.asked).isEmpty();
    }

    @Test
    void aDryRunPrintsTheRequestAndSendsNothing() throws Exception {
        String address = "datasets/" + "a".repeat(64) + ".jsonl";

        assertThat(runHere("train", address, "--adapter", "parrot", "--dry-run"))
                .isZero();

        assertThat(new ObjectMapper()
                        .readTree(out.toString())
                        .get("dataset_uri")
                        .asText())
                .isEqualTo(address);
        assertThat(services.asked).isEmpty();
    }

    @Test
    void aMethodsSettingsAreThoseOfTheContract() throws Exception {
        String address = "datasets/" + "a".repeat(64) + ".jsonl";

        assertThat(runHere(
                        "train",
                        address,
                        "--adapter",
                        "a",
                        "--method",
                        "rslora",
                        "--rank",
                        "4",
                        "--target-modules",
                        "q_proj,v_proj",
                        "-M",
                        "layers-to-transform=0,2",
                        "-M",
                        "target_pattern=.*mlp.*",
                        "--dry-run"))
                .isZero();

        assertThat(new ObjectMapper().readTree(out.toString()).get("method"))
                .isEqualTo(new ObjectMapper().readTree("""
                        {"lora": {"rank": 4, "rank_stabilized": true, "target_modules": ["q_proj", "v_proj"],
                                  "layers_to_transform": [0, 2], "target_pattern": ".*mlp.*"}}"""));
    }

    @Test
    void aMethodThatTheContractLacksOrASettingOrAValueIsRefusedByName() {
        String address = "datasets/" + "a".repeat(64) + ".jsonl";

        for (List<String> wrong : List.of(
                List.of("--method", "magic"),
                List.of("-M", "sparkle=1"),
                List.of("-M", "rank=many"),
                List.of("--method-file", folder.resolve("none.json").toString()))) {
            List<String> all = new ArrayList<>(List.of("train", address, "--adapter", "a", "--dry-run"));
            all.addAll(wrong);
            assertThat(runHere(all.toArray(String[]::new))).as("%s", wrong).isEqualTo(1);
        }

        assertThat(err.toString())
                .contains("no method 'magic'; use one of lora")
                .contains("no setting 'sparkle'; it has rank, alpha")
                .contains("'many' is no value of the method's setting rank")
                .contains("no readable file");
    }

    @Test
    void aMethodFileSaysEverything() throws Exception {
        String address = "datasets/" + "a".repeat(64) + ".jsonl";
        Path file = Files.writeString(
                folder.resolve("method.json"), "{\"lora\": {\"rank\": 3, \"rank_pattern\": {\"q_proj\": 5}}}");

        assertThat(runHere("train", address, "--adapter", "a", "--method-file", file.toString(), "--dry-run"))
                .isZero();
        assertThat(out.toString()).contains("\"rank_pattern\":{\"q_proj\":5}");

        assertThat(runHere(
                        "train",
                        address,
                        "--adapter",
                        "a",
                        "--method-file",
                        file.toString(),
                        "--rank",
                        "1",
                        "--dry-run"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("give it alone");
    }

    @Test
    void oneVersionIsShownWithItsMethod() {
        assertThat(runHere("adapters", "show", "house-style@2")).isZero();
        assertThat(out.toString())
                .contains("house-style@2")
                .containsPattern("method +dora \\(stored as LORA\\)")
                .containsPattern("parameters +1234");

        assertThat(runHere("adapters", "show", "house-style")).isZero();
        assertThat(out.toString()).contains("house-style@3");
        assertThat(runHere("adapters", "show", "house-style@9")).isEqualTo(1);
        assertThat(err.toString()).contains("house-style has no version 9");
    }

    @Test
    void adaptersAreListed() {
        assertThat(runHere("adapters")).isZero();

        assertThat(out.toString()).contains("house-style  3       dora    0.1250");
    }

    @Test
    void aCanaryIsSetByWeights() {
        assertThat(runHere("adapters", "alias", "house-style", "production", "3=90", "4=10"))
                .isZero();

        SetAliasRequest request = (SetAliasRequest) services.asked.getFirst();
        assertThat(request.getTargetsList())
                .containsExactly(
                        AliasTarget.newBuilder().setVersion(3).setWeight(90).build(),
                        AliasTarget.newBuilder().setVersion(4).setWeight(10).build());
        assertThat(out.toString()).contains("house-style:production -> 3=90 4=10 (generation 2)");
    }

    @Test
    void deletionTakesAnAdapterOrOneVersion() {
        assertThat(runHere("adapters", "delete", "house-style@3")).isZero();
        assertThat(runHere("adapters", "delete", "house-style")).isZero();

        assertThat(((DeleteVersionRequest) services.asked.get(0)).getVersion()).isEqualTo(3);
        assertThat(((DeleteAdapterRequest) services.asked.get(1)).getAdapter()).isEqualTo("house-style");
    }

    @Test
    void onePromptIsStreamed() {
        assertThat(runHere("chat", "--model", "house-style@3", "--system", "be brief", "--prompt", "hello"))
                .isZero();

        assertThat(out.toString().strip()).isEqualTo("2 hello");
        GenerateRequest request = (GenerateRequest) services.asked.getFirst();
        assertThat(request.getModel()).isEqualTo("house-style@3");
        assertThat(request.hasSampling()).isFalse();
    }

    @Test
    void aPictureIsSentWithThePrompt(@TempDir Path pictures) throws IOException {
        Path picture = Files.write(pictures.resolve("cat.PNG"), new byte[] {1, 2, 3});

        assertThat(runHere("chat", "-p", "what is it", "--image", picture.toString()))
                .isZero();

        GenerateRequest request = (GenerateRequest) services.asked.getFirst();
        assertThat(request.getImage().getMediaType()).isEqualTo("image/png");
        assertThat(request.getImage().getData().toByteArray()).containsExactly(1, 2, 3);
        assertThat(runHere("chat", "-p", "what is it", "--image", "cat.gif")).isEqualTo(1);
    }

    @Test
    void samplingIsSentOnlyAboveTemperatureZero() {
        assertThat(runHere("chat", "-p", "hi", "--temperature", "0.7", "--top-p", "0.9", "--seed", "5", "--json"))
                .isZero();

        GenerateRequest request = (GenerateRequest) services.asked.getFirst();
        assertThat(request.getSampling().getTemperature()).isEqualTo(0.7);
        assertThat(request.getSampling().getTopP()).isEqualTo(0.9);
        assertThat(request.getSampling().getSeed()).isEqualTo(5);
        assertThat(out.toString()).contains("\"text\": \"whole\"");
        assertThat(runHere("chat", "-p", "hi", "--repetition-penalty", "1.2")).isEqualTo(2);
    }

    @Test
    void aConversationRemembersUntilItIsCleared() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(
                "first\nsecond\n/clear\nthird\n/exit\nnever\n".getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(runHere("chat")).isZero();
        } finally {
            System.setIn(before);
        }

        assertThat(out.toString()).contains("1 first", "3 second", "1 third").doesNotContain("never");
    }

    @Test
    void afterTrainingOnLabelsTheAdviceIsToClassify() throws Exception {
        Path file = Files.writeString(folder.resolve("x.jsonl"), "\n{\"text\": \"a\", \"label\": \"b\"}\n");

        assertThat(runHere("train", file.toString(), "--adapter", "mood", "--via", "grpc"))
                .isZero();

        assertThat(out.toString()).contains("Try it: ./lorikeet classify --model mood@7");
    }

    @Test
    void whatNeedsAModelThatContinuesTextsRefusesAnEncoderByName() throws Exception {
        Path model = folder.resolve("tiny-roberta");
        RandomModel.write(
                model, 1, new Dimensions(320, 32, 1, new Dimensions.Attention(4, 4, 8), 64, 64), Family.ROBERTA);

        assertThat(run("bench", "engine", "--model", model.toString())).isEqualTo(1);
        assertThat(run("demo", "--model", model.toString(), "--data", folder.toString()))
                .isEqualTo(1);

        assertThat(err.toString())
                .contains("tiny-roberta is a roberta, an encoder: the benchmark needs a model that continues texts")
                .contains("an encoder: the demo needs");
    }

    @Test
    void textsAreClassifiedInTheirOrder() {
        assertThat(runHere("classify", "-m", "mood", "a long\ttext", "no")).isZero();

        assertThat(out.toString().lines()).containsExactly("long\t0.7500\ta long text", "short\t0.7500\tno");
        assertThat(services.asked).singleElement().isInstanceOfSatisfying(ClassifyRequest.class, asked -> {
            assertThat(asked.getModel()).isEqualTo("mood");
            assertThat(asked.getInputs(0).getText()).isEqualTo("a long\ttext");
            assertThat(asked.getInputs(0).hasTextPair()).isFalse();
        });
    }

    @Test
    void allLabelsOfPairsArePrintedTheLikeliestFirst() {
        assertThat(runHere("classify", "--pair", "--all", "first text", "second"))
                .isZero();

        assertThat(out.toString()).startsWith("long\t0.7500\tshort\t0.2500\tfirst text | second");
    }

    @Test
    void linesOfStandardInputAreAskedForInPortionsAndAnsweredAsOne() throws Exception {
        String lines = "some line\n\n".repeat(150);

        assertThat(withInput(lines, "classify", "--json")).isZero();

        assertThat(services.asked).hasSize(3).allMatch(ClassifyRequest.class::isInstance);
        var answer = new ObjectMapper().readTree(out.toString());
        assertThat(answer.path("results")).hasSize(150);
        assertThat(answer.at("/usage/promptTokens").asInt()).isEqualTo(150);
    }

    @Test
    void whatIsNoPairOrNoTextIsTold() {
        assertThat(withInput("a\tb\nonly one\n", "classify", "--pair")).isEqualTo(1);
        assertThat(err.toString()).contains("Line 2 is no pair");
        assertThat(withInput("\n  \n", "embed")).isEqualTo(2);
        assertThat(err.toString()).contains("Which texts?");
        assertThat(withInput("x\n".repeat(64) + "bad\n", "classify")).isEqualTo(1);
        assertThat(err.toString()).contains("Of the texts from number 65 on (inputs[0]): INVALID_ARGUMENT");
    }

    @Test
    void vectorsAreALineEach() throws Exception {
        assertThat(runHere("embed", "--pooling", "first", "--normalize", "abc", "de"))
                .isZero();

        assertThat(out.toString().lines()).containsExactly("[3.0, 0.5]", "[2.0, 0.5]");
        assertThat(services.asked).singleElement().isInstanceOfSatisfying(EmbedRequest.class, asked -> {
            assertThat(asked.getPooling()).isEqualTo(Pooling.POOLING_FIRST);
            assertThat(asked.getNormalize()).isTrue();
        });
    }

    private int withInput(String lines, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
        try {
            return runHere(arguments);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void aWrongKeyIsToldWithAdvice() {
        int code =
                run("jobs", "list", "--scheduler", services.address(), "--data", folder.toString(), "--key", "wrong");

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("UNAUTHENTICATED: unknown key").contains("--key");
    }

    @Test
    void aPlatformThatIsAwayIsToldWithAdvice() {
        services.close();

        assertThat(runHere("adapters")).isEqualTo(1);

        assertThat(err.toString())
                .contains("UNAVAILABLE")
                .contains("./lorikeet up")
                .doesNotContain("\tat ");
    }

    @Test
    void nothingToTalkToIsToldWithAdvice() {
        assertThat(run("jobs", "list", "--data", folder.toString())).isEqualTo(1);

        assertThat(err.toString()).contains("./lorikeet up").contains("--scheduler");
    }

    @Test
    void theDemosDatasetsCanBeWritten() throws Exception {
        assertThat(run("demo", "--write-datasets", folder.resolve("d").toString()))
                .isZero();

        try (Stream<Path> files = Files.list(folder.resolve("d"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "acme-support-triage-training.jsonl",
                            "acme-support-triage-held-out.jsonl",
                            "globex-house-style-training.jsonl",
                            "globex-house-style-held-out.jsonl");
        }
    }

    @Test
    void theDoctorFindsNoFaultThatOnlyAdviceCannotCure() throws Exception {
        int code = run("doctor", "--json", "--data", folder.toString());

        var checks = new ObjectMapper().readTree(out.toString());
        assertThat(checks).isNotEmpty();
        assertThat(checks)
                .allMatch(check -> check.get("level").asText().equals("OK")
                        || !check.get("advice").asText().isEmpty());
        boolean fails = false;
        for (var check : checks) {
            fails |= check.get("level").asText().equals("FAIL");
        }
        assertThat(code).isEqualTo(fails ? 1 : 0);
    }

    @Test
    void aConformanceFolderWithoutCasesIsAFailure() {
        assertThat(run("conformance", folder.resolve("none").toString())).isEqualTo(1);
        assertThat(run("conformance", folder.toString())).isEqualTo(1);

        assertThat(err.toString()).contains("There is no folder").contains("holds no case");
    }

    @Test
    void downWithoutAPlatformSaysSo() {
        assertThat(run("down", "--data", folder.toString())).isZero();

        assertThat(out.toString()).contains("No platform runs here");
    }
}
