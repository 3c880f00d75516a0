package dev.lorikeet.scheduler.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.request.TrainingSpec.Batching;
import dev.lorikeet.scheduler.request.TrainingSpec.Dataset;
import dev.lorikeet.scheduler.request.TrainingSpec.Length;
import dev.lorikeet.scheduler.request.TrainingSpec.Optimizer;
import dev.lorikeet.scheduler.request.TrainingSpec.Schedule;
import dev.lorikeet.scheduler.request.TrainingSpec.Terms;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.TrainingSpec.Validation;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestRulesTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final String DIGEST = "ab".repeat(32);
    private static final Dataset FILE = new Dataset.Uri("datasets/" + DIGEST + ".jsonl");

    private final RequestRules rules =
            new RequestRules(new Limits("smollm2-135m-instruct", new TreeSet<>(List.of("big")), "lorikeet", 100));

    private static TrainingSpec spec(Dataset dataset, Lora lora, Training training, Terms terms) {
        return new TrainingSpec("triage", "", dataset, lora, training, terms);
    }

    private List<String> problems(TrainingSpec spec) {
        return rules.check(ACME, spec).stream()
                .map(violation -> violation.code() + " " + violation.field())
                .toList();
    }

    @Test
    void emptyRequestLacksAdapterAndDataset() {
        assertThat(problems(new TrainingSpec("", "", new Dataset.Unset(), Lora.UNSET, Training.UNSET, Terms.UNSET)))
                .containsExactly("REQUIRED adapter", "REQUIRED dataset");
    }

    @Test
    void smallestRequestIsValidAndGetsEveryDefault() {
        TrainingSpec spec = spec(FILE, Lora.UNSET, Training.UNSET, Terms.UNSET);

        TrainingSpec resolved = rules.resolve(spec, new DatasetAddress(ACME, DIGEST), "the-key", 42);

        assertThat(problems(spec)).isEmpty();
        assertThat(resolved)
                .isEqualTo(new TrainingSpec(
                        "triage",
                        "smollm2-135m-instruct",
                        FILE,
                        new Lora(
                                Lora.Scaling.of(8, 16),
                                new Targets(List.of("all-linear"), "", List.of(), List.of()),
                                0,
                                new Lora.Own(Lora.Bias.NONE, List.of(), List.of()),
                                Lora.Initialisation.ZERO,
                                Lora.Base.PLAIN),
                        new Training(
                                new Length(3, 0),
                                new Batching(4, 1, 512, false),
                                new Optimizer(
                                        2e-4,
                                        Schedule.COSINE,
                                        OptionalInt.empty(),
                                        OptionalDouble.of(0.01),
                                        OptionalDouble.of(1.0)),
                                new Validation(0, 20, 0),
                                50,
                                1),
                        new Terms(0, OptionalLong.of(42), Optional.of("the-key"), Map.of())));
        assertThat(problems(resolved)).as("what is resolved is valid").isEmpty();
    }

    @Test
    void warmUpIsThreePercentOfKnownSteps() {
        Training training =
                new Training(new Length(0, 101), new Batching(0, 0, 0, true), Optimizer.UNSET, Validation.UNSET, 0, 0);

        TrainingSpec resolved =
                rules.resolve(spec(FILE, Lora.UNSET, training, Terms.UNSET), new DatasetAddress(ACME, DIGEST), "k", 0);

        assertThat(resolved.training().optimizer().warmupSteps()).hasValue(4);
        assertThat(resolved.training().batching().gradientCheckpointing()).isTrue();
    }

    @Test
    void labelsAreSeveralAndDistinctAndStayAsTheyAre() {
        assertThat(problems(labelled(List.of("only"), false))).containsExactly("OUT_OF_RANGE labels");
        assertThat(problems(labelled(
                        IntStream.range(0, 1001).mapToObj(Integer::toString).toList(), false)))
                .containsExactly("OUT_OF_RANGE labels");
        assertThat(problems(labelled(List.of("a", "b", "a"), false))).containsExactly("INVALID_VALUE labels[2]");
        assertThat(problems(labelled(List.of("a", " "), false))).containsExactly("TOO_LARGE labels[1]");
        assertThat(problems(labelled(List.of("a", "x".repeat(257)), false))).containsExactly("TOO_LARGE labels[1]");
        assertThat(problems(labelled(List.of("a", "b"), true))).containsExactly("CONFLICT hyperparameters.packing");

        TrainingSpec good = labelled(List.of("yes", "no"), false);
        assertThat(problems(good)).isEmpty();
        assertThat(rules.resolve(good, new DatasetAddress(ACME, DIGEST), "k", 0)
                        .terms()
                        .labels())
                .containsExactly("yes", "no");
    }

    private static TrainingSpec labelled(List<String> labels, boolean packing) {
        Training training = new Training(
                new Length(0, 0), new Batching(0, 0, 0, false, packing), Optimizer.UNSET, Validation.UNSET, 0, 0);
        return spec(FILE, Lora.UNSET, training, new Terms(0, OptionalLong.empty(), Optional.empty(), Map.of(), labels));
    }

    @Test
    void earlyStoppingNeedsHeldOutExamples() {
        Training training = new Training(
                new Length(0, 0), new Batching(0, 0, 0, false), Optimizer.UNSET, new Validation(0, 0, 3), 0, 0);

        assertThat(problems(spec(FILE, Lora.UNSET, training, Terms.UNSET)))
                .containsExactly("INVALID_VALUE hyperparameters.early_stopping_patience");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceInTheOrderOfFields() {
        Map<String, Integer> ranks = new TreeMap<>(Map.of("q_proj", 999));
        Lora lora = new Lora(
                new Lora.Scaling(-1, Double.NaN, false, ranks, Map.of("(", 1.0)),
                new Targets(List.of("all-linear", "q proj"), "", List.of("v proj"), List.of(3, 3, -1)),
                1.0);
        Training training = new Training(
                new Length(-1, 10),
                new Batching(-1, 5_000, 3, false),
                new Optimizer(
                        Double.POSITIVE_INFINITY,
                        Schedule.UNKNOWN,
                        OptionalInt.of(11),
                        OptionalDouble.of(-0.1),
                        OptionalDouble.of(-1)),
                new Validation(0.6, -1, 1_001),
                -1,
                -1);
        Terms terms = new Terms(101, OptionalLong.empty(), Optional.of("with space"), Map.of("", "x".repeat(300)));

        assertThat(problems(new TrainingSpec("../up", "unknown", FILE, lora, training, terms)))
                .containsExactly(
                        "INVALID_NAME adapter",
                        "UNKNOWN_BASE_MODEL base_model",
                        "OUT_OF_RANGE method.lora.rank",
                        "OUT_OF_RANGE method.lora.alpha",
                        "OUT_OF_RANGE method.lora.rank_pattern.q_proj",
                        "INVALID_VALUE method.lora.alpha_pattern",
                        "OUT_OF_RANGE method.lora.dropout",
                        "INVALID_VALUE method.lora.target_modules",
                        "INVALID_NAME method.lora.target_modules[1]",
                        "INVALID_NAME method.lora.exclude_modules[0]",
                        "INVALID_VALUE method.lora.layers_to_transform[1]",
                        "OUT_OF_RANGE method.lora.layers_to_transform[2]",
                        "OUT_OF_RANGE hyperparameters.epochs",
                        "OUT_OF_RANGE hyperparameters.batch_size",
                        "OUT_OF_RANGE hyperparameters.gradient_accumulation_steps",
                        "OUT_OF_RANGE hyperparameters.learning_rate",
                        "INVALID_VALUE hyperparameters.schedule",
                        "OUT_OF_RANGE hyperparameters.warmup_steps",
                        "OUT_OF_RANGE hyperparameters.weight_decay",
                        "OUT_OF_RANGE hyperparameters.max_gradient_norm",
                        "OUT_OF_RANGE hyperparameters.max_sequence_length",
                        "OUT_OF_RANGE hyperparameters.validation_split",
                        "OUT_OF_RANGE hyperparameters.evaluate_every_steps",
                        "OUT_OF_RANGE hyperparameters.early_stopping_patience",
                        "OUT_OF_RANGE hyperparameters.checkpoint_every_steps",
                        "OUT_OF_RANGE hyperparameters.report_every_steps",
                        "OUT_OF_RANGE priority",
                        "INVALID_VALUE idempotency_key",
                        "TOO_LARGE metadata.",
                        "TOO_LARGE metadata.");
    }

    @Test
    void datasetsOfOthersAreForbiddenAndOddOnesInvalid() {
        for (String uri : List.of("s3://lorikeet/tenants/other/datasets/" + DIGEST + ".jsonl")) {
            assertThat(problems(spec(new Dataset.Uri(uri), Lora.UNSET, Training.UNSET, Terms.UNSET)))
                    .containsExactly("FORBIDDEN dataset_uri");
        }
        for (String uri : List.of(
                "/etc/passwd",
                "datasets/../x.jsonl",
                "s3://elsewhere/tenants/acme/datasets/" + DIGEST + ".jsonl",
                "file:///x",
                "",
                "datasets/" + DIGEST.toUpperCase(java.util.Locale.ROOT) + ".jsonl")) {
            assertThat(problems(spec(new Dataset.Uri(uri), Lora.UNSET, Training.UNSET, Terms.UNSET)))
                    .as(uri)
                    .containsExactly("INVALID_VALUE dataset_uri");
        }
    }

    @Test
    void inlineExamplesHaveLimits() {
        assertThat(problems(spec(new Dataset.Inline(List.of()), Lora.UNSET, Training.UNSET, Terms.UNSET)))
                .containsExactly("REQUIRED inline_examples.lines");
        assertThat(problems(spec(new Dataset.Inline(List.of("{}", "a\nb")), Lora.UNSET, Training.UNSET, Terms.UNSET)))
                .containsExactly("INVALID_VALUE inline_examples.lines[1]");
        assertThat(problems(spec(
                        new Dataset.Inline(List.of("\u00e4".repeat(50))), Lora.UNSET, Training.UNSET, Terms.UNSET)))
                .containsExactly("TOO_LARGE inline_examples.lines");
    }
}
