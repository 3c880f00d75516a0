package dev.lorikeet.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.cli.experiment.data.Corpus;
import dev.lorikeet.cli.experiment.data.MadeTask;
import dev.lorikeet.cli.experiment.plot.Pictures;
import dev.lorikeet.cli.experiment.result.ResultLog;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.RandomModel;
import dev.lorikeet.engine.train.TrainingOptions;
import dev.lorikeet.engine.train.TrainingRun;
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

    private Path model;
    private StringWriter printed;
    private StringWriter errors;

    @BeforeAll
    static void makeTheModel() throws IOException {
        RandomModel.write(models.resolve("tiny"), 1);
    }

    @BeforeEach
    void start() {
        model = models.resolve("tiny");
        printed = new StringWriter();
        errors = new StringWriter();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--model", model.toString(), "--out", out.toString()));
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
        assertThat(run("ranks", "--ranks", "1,4", "--seeds", "2", "--rates", "1"))
                .as("%s", errors)
                .isZero();

        assertThat(table("ranks"))
                .contains("| base model | 0 |", "| rank 1 |", "| rank 4 |", " ± ", "BLEU", "ranks.svg");
        assertThat(Pictures.texts(picture("ranks")))
                .contains("Held-out loss by the rank of LoRA on q + v, one learning rate")
                .anySatisfy(note -> assertThat(note).contains("mean of 2 seeds; bar: one standard deviation"))
                .anySatisfy(note -> assertThat(note).contains("tiny (", "made task (restaurants), 2 steps of 2 rows"));
        assertThat(Pictures.count(picture("ranks"), "circle", "point")).isEqualTo(2);
        assertThat(Pictures.count(picture("ranks"), "path", "bar")).isEqualTo(2);
        assertThat(ResultLog.open(out.resolve("ranks.jsonl")).size()).isEqualTo(5);
    }

    @Test
    void finishedRunsAreNotDoneAgain() throws IOException {
        assertThat(run("ranks", "--rates", "1", "--ranks", "1", "--seeds", "1"))
                .as("%s", errors)
                .isZero();
        assertThat(run("ranks", "--rates", "1", "--ranks", "1", "--seeds", "1")).isEqualTo(1);
        assertThat(errors.toString()).contains("--resume");

        Path log = out.resolve("ranks.jsonl");
        String before = Files.readString(log);
        printed.getBuffer().setLength(0);
        assertThat(run("ranks", "--rates", "1", "--ranks", "1,2", "--seeds", "1", "--resume"))
                .isZero();

        assertThat(Files.readString(log)).startsWith(before);
        assertThat(Files.readAllLines(log)).hasSize(3);
        assertThat(printed.toString()).contains("rank 2, rate").doesNotContain("rank 1, rate");
    }

    @Test
    void moreSeedsAndOtherRatesKeepWhatIsThere() throws IOException {
        assertThat(run("ranks", "--rates", "1", "--ranks", "1", "--seeds", "1"))
                .as("%s", errors)
                .isZero();
        assertThat(run("ranks", "--rates", "1", "--ranks", "1", "--seeds", "2", "--resume"))
                .isZero();
        assertThat(Files.readAllLines(out.resolve("ranks.jsonl"))).hasSize(3);

        printed.getBuffer().setLength(0);
        assertThat(run("ranks", "--rates", "1", "--ranks", "1", "--seeds", "1", "--rate", "1e-4", "--resume", "--json"))
                .isZero();

        assertThat(Files.readAllLines(out.resolve("ranks.jsonl"))).hasSize(4);
        assertThat(new ObjectMapper().readTree(printed.toString())).hasSize(2);
    }

    @Test
    void aModelThatDoesNotGoIsRefusedInASentence() throws IOException {
        assertThat(run("ranks", "--rates", "1", "--ranks", "5000", "--seeds", "1"))
                .isEqualTo(1);
        assertThat(errors.toString()).contains("CommandFailure").contains("must be 1 to 4096, not 5000");

        RandomModel.write(models.resolve("bert"), 1, Family.BERT);
        model = models.resolve("bert");
        assertThat(run("ranks", "--rates", "1", "--seeds", "1", "--resume")).isEqualTo(1);
        assertThat(errors.toString()).contains("bert is an encoder");

        model = models.resolve("none");
        assertThat(run("ranks", "--rates", "1", "--seeds", "1", "--resume")).isEqualTo(1);
        assertThat(errors.toString()).contains("is no base model");
    }

    @Test
    void resultsAsJsonAreAllThatIsPrinted() throws IOException {
        assertThat(run("ranks", "--rates", "1", "--ranks", "1", "--seeds", "1", "--json"))
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

        assertThat(run("ranks", "--rates", "1", "--ranks", "1", "--seeds", "1", "--data", data.toString()))
                .as("%s", errors)
                .isZero();
        assertThat(table("ranks")).contains("E2E (few.txt)", "5 meanings to train on, 1 to choose by, 2 to report on");

        assertThat(run(
                        "ranks",
                        "--rates",
                        "1",
                        "--resume",
                        "--data",
                        out.resolve("none.txt").toString()))
                .isEqualTo(1);
        assertThat(errors.toString()).contains("none.txt");
    }

    @Test
    void matricesAreComparedAtAnEqualBudget() throws IOException {
        assertThat(run("matrices", "--seeds", "1", "--rates", "1"))
                .as("%s", errors)
                .isZero();

        // Each of the seven alone, queries and values, attention, feed-forward, all.
        assertThat(Pictures.count(picture("matrices"), "circle", "point")).isEqualTo(11);
        assertThat(Pictures.texts(picture("matrices"))).contains("q", "gate", "q + v", "attention", "all linear");
        List<RunResult> runs = ResultLog.open(out.resolve("matrices.jsonl")).all();
        double budget = runs.stream()
                .filter(run -> run.key().variant().equals("all linear"))
                .findFirst()
                .orElseThrow()
                .measure(Study.PARAMETERS);
        assertThat(runs)
                .filteredOn(run -> run.key().rate() > 0)
                .hasSize(11)
                .allSatisfy(run -> assertThat(run.measure(Study.PARAMETERS)).isCloseTo(budget, withinPercentage(6)));
    }

    @Test
    void methodsAreTunedOnTheValidationPartAndKeepToTheBudget() throws IOException {
        assertThat(run("methods", "--seeds", "2", "--rates", "2", "--widen", "0"))
                .as("%s", errors)
                .isZero();

        assertThat(Pictures.count(picture("methods"), "circle", "point")).isEqualTo(11);
        assertThat(Pictures.count(picture("methods"), "circle", "single")).isEqualTo(22);
        List<RunResult> runs = ResultLog.open(out.resolve("methods.jsonl")).all();
        // The base, and of each method two rates with the first seed and the better one with the second.
        assertThat(runs).hasSize(1 + 11 * 3);
        double budget = of(runs, "LoRA").getFirst().measure(Study.PARAMETERS);
        for (String method : List.of("LoRA+", "DoRA", "Houlsby adapters", "Pfeiffer adapters", "P-tuning")) {
            assertThat(of(runs, method).getFirst().measure(Study.PARAMETERS))
                    .as(method)
                    .isCloseTo(budget, withinPercentage(8));
        }
        for (String method : List.of("LoRA", "full tuning", "BitFit")) {
            List<RunResult> own = of(runs, method);
            double better = own.get(0).measure(Study.VALIDATION) <= own.get(1).measure(Study.VALIDATION)
                    ? own.get(0).key().rate()
                    : own.get(1).key().rate();
            assertThat(own.get(2).key().rate()).as(method).isEqualTo(better);
            assertThat(own.get(2).key().seed()).isEqualTo(2);
        }
        assertThat(table("methods")).contains("rate: validation loss", "| full tuning |");
        assertThat(Pictures.texts(picture("methods"))).contains("Held-out loss by method, best of 2 learning rates");
    }

    @Test
    void tablesHoldWhatSeveralCallsFound() throws IOException {
        assertThat(run("methods", "--only", "lora+", "--seeds", "2", "--rates", "1"))
                .as("%s", errors)
                .isZero();
        assertThat(run("methods", "--only", "bitfit,full", "--seeds", "1", "--rates", "1", "--resume"))
                .as("%s", errors)
                .isZero();

        assertThat(table("methods")).contains("| base model |", "| LoRA+ |", "| BitFit |", "| full tuning |");
        assertThat(Pictures.count(picture("methods"), "circle", "point")).isEqualTo(3);

        List<String> runs = Files.readAllLines(out.resolve("methods.jsonl"));
        assertThat(run("methods", "--seeds", "2", "--rates", "1", "--tables"))
                .as("%s", errors)
                .isZero();
        assertThat(Files.readAllLines(out.resolve("methods.jsonl"))).isEqualTo(runs);
        assertThat(table("methods"))
                .contains("(1 of 2 seeds)", "| LoRA+ |", "| BitFit |")
                .doesNotContain("| DoRA |");
        assertThat(Pictures.texts(picture("methods")))
                .anySatisfy(note -> assertThat(note).contains("mean of 1 to 2 seeds"));
    }

    @Test
    void tablesOfNothingAreRefused() {
        assertThat(run("ranks", "--tables")).isEqualTo(1);

        assertThat(errors.toString()).contains("has no finished runs");
    }

    @Test
    void aMethodThatThereIsNotIsRefusedByName() {
        assertThat(run("methods", "--only", "magic")).isEqualTo(1);

        assertThat(errors.toString()).contains("--only magic matches none of: LoRA, LoRA+, DoRA");
    }

    private static List<RunResult> of(List<RunResult> runs, String variant) {
        return runs.stream().filter(run -> run.key().variant().equals(variant)).toList();
    }

    @Test
    void adaLorasRanksAreAMapWhoseMeanIsTheTarget() throws IOException {
        assertThat(run("adalora-ranks", "--seeds", "2", "--rank", "2"))
                .as("%s", errors)
                .isZero();

        assertThat(Pictures.count(picture("adalora-ranks"), "rect", "cell")).isEqualTo(2 * 7);
        for (RunResult result :
                ResultLog.open(out.resolve("adalora-ranks.jsonl")).all()) {
            assertThat(result.series("ranks")).hasSize(14);
            assertThat(result.series("ranks").stream()
                            .mapToDouble(Double::doubleValue)
                            .sum())
                    .isEqualTo(2 * 14);
        }
    }

    @Test
    void doraAnalysisHasAPointForEachLayerMatrixAndMoment() throws IOException {
        assertThat(run("dora-analysis", "--seeds", "1")).as("%s", errors).isZero();

        // Three methods, two layers, two matrices, and of two steps both.
        assertThat(Pictures.count(picture("dora-analysis"), "circle", "point")).isEqualTo(3 * 2 * 2 * 2);
        assertThat(table("dora-analysis"))
                .contains("corr(dD, dM), all moments", "last moment", "| full tuning |", "| DoRA |", "| LoRA |");
        for (RunResult result :
                ResultLog.open(out.resolve("dora-analysis.jsonl")).all()) {
            assertThat(result.series("dM")).hasSize(8);
            assertThat(result.series("dD"))
                    .allSatisfy(value -> assertThat(value).isPositive());
        }
    }

    @Test
    void aChangedWeightIsScaledByRowsBeforeTheUpdateIsAdded() {
        float[] base = {1, 2, 3, 4};
        LinearEffect effect = new LinearEffect(
                new LowRank(1, new float[] {1, 10}, new float[] {0, 1}), null, null, new float[] {2, 3}, null, null);

        assertThat(DoraAnalysisExperiment.changed(base, effect, 2)).containsExactly(2, 4, 10, 22);
        assertThat(base).containsExactly(1, 2, 3, 4);
    }

    @Test
    void latencyTakesTurnsAndComparesWithTheBase() throws IOException {
        assertThat(run("latency", "--batches", "1,2", "--rounds", "3"))
                .as("%s", errors)
                .isZero();

        for (String name : List.of("latency-1", "latency-2")) {
            assertThat(Pictures.count(picture(name), "circle", "point")).isEqualTo(4);
            assertThat(Pictures.count(picture(name), "circle", "single")).isEqualTo(12);
        }
        RunResult result = ResultLog.open(out.resolve("latency.jsonl")).all().getFirst();
        assertThat(result.measures())
                .containsOnlyKeys("base model", "LoRA, merged", "LoRA, unmerged", "Houlsby adapters");
        assertThat(result.series("LoRA, merged"))
                .hasSize(3)
                .allSatisfy(millis -> assertThat(millis).isPositive());
        assertThat(table("latency")).contains("relative to the base", "latency-2.svg");
    }

    @Test
    void theSmallModelIsMadeOnceAndIsBetterThanChance() throws IOException {
        SmallModel small = new SmallModel(RandomModel.TINY, 30, 1);
        List<String> said = new ArrayList<>();

        Path made = small.in(out, new Progress(said::add, () -> false));

        assertThat(said).isNotEmpty();
        assertThat(said.getLast()).contains("step 30 of 30");
        LoadOptions options = LoadOptions.reference("small");
        try (BaseModel trained = BaseModel.load(made, options);
                BaseModel random = BaseModel.load(models.resolve("tiny"), options)) {
            assertThat(trained.floats("model.layers.0.mlp.up_proj.weight"))
                    .isNotEqualTo(random.floats("model.layers.0.mlp.up_proj.weight"));
            assertThat(trained.floats("model.embed_tokens.weight"))
                    .isEqualTo(random.floats("model.embed_tokens.weight"));
            assertThat(loss(trained)).isLessThan(0.9 * loss(random));
        }
        said.clear();
        assertThat(small.in(out, new Progress(said::add, () -> false))).isEqualTo(made);
        assertThat(said).isEmpty();
    }

    /** Loss of the model as it is over made texts. */
    private static double loss(BaseModel model) {
        Corpus corpus = Corpus.split("made", MadeTask.HOTELS.meanings(9, 12), 1, 4);
        ExampleRows rows = ExampleRows.of(corpus, model);
        try (TrainingRun run =
                TrainingRun.start(model, LoraConfig.allLinear(1, 1), TrainingOptions.defaults(1), rows.training())) {
            return run.evaluate(rows.test());
        }
    }
}
