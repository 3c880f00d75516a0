package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.RandomModel;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.EngineMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classifiers over an encoder, from labelled rows to a version. */
class ClassifierAttemptTest extends AttemptFixture {
    @BeforeAll
    static void loadEncoder(@TempDir Path folder) throws IOException {
        model.close();
        RandomModel.write(
                folder, 7, new Dimensions(320, 32, 2, new Dimensions.Attention(4, 4, 8), 64, 128), Family.ROBERTA);
        model = BaseModel.load(folder, LoadOptions.parse(TinyModel.NAME, "cpu", "float32", 1));
    }

    private DatasetAddress labelled() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            lines.append(i % 2 == 0 ? "{\"text\": \"zzzz " + i + "\", \"label\": \"sleepy\"}\n" : "")
                    .append(i % 2 == 0 ? "" : "{\"text\": \"!!!! " + i + "\", \"label\": \"awake\"}\n");
        }
        return put(lines.toString());
    }

    private DatasetAddress put(String lines) {
        return registry.datasets().put(Jobs.ACME, lines.getBytes(StandardCharsets.UTF_8));
    }

    private static Assignment with(Assignment from, List<String> labels, TrainingJob.Validation validation) {
        TrainingJob job = from.job();
        TrainingJob.Hyperparameters all = job.hyperparameters();
        return new Assignment(
                from.key(),
                from.tenant(),
                new TrainingJob(
                        job.adapter(),
                        job.baseModel(),
                        job.dataset(),
                        EngineMethod.of(job).withLabels(labels),
                        new TrainingJob.Hyperparameters(
                                all.epochs(),
                                24,
                                all.batchSize(),
                                all.accumulation(),
                                all.learningRate(),
                                all.schedule(),
                                all.warmupSteps(),
                                all.weightDecay(),
                                all.maxGradientNorm(),
                                all.maxTokens(),
                                all.checkpointEvery(),
                                all.reportEvery(),
                                all.recompute(),
                                all.packing(),
                                validation),
                        job.seed(),
                        job.metadata()),
                from.lease());
    }

    private JsonNode config(RunOutcome.Published published) throws IOException {
        Path folder = scratch.resolve("fetched");
        registry.adapters().download(Jobs.ACME, ADAPTER, published.revision(), folder);
        return new ObjectMapper().readTree(folder.resolve("adapter_config.json").toFile());
    }

    @Test
    void labelledRowsBecomeAVersionThatNamesItsClasses() throws IOException {
        Assignment assignment = with(assignment(1, labelled()), List.of(), new TrainingJob.Validation(0.25, 6, 0));

        ScriptedListener listener = listener();

        RunOutcome.Published published = published(run(assignment, control, listener));

        assertThat(listener.progress.getLast().measures().validation())
                .hasValueSatisfying(held -> assertThat(held.accuracy()).hasValue(1));
        JsonNode config = config(published);
        assertThat(config.path("labels")).extracting(JsonNode::asText).containsExactly("awake", "sleepy");
        assertThat(config.path("task_type").asText()).isEqualTo("SEQ_CLS");
        Version version = registry.adapters().newest(Jobs.ACME, ADAPTER).orElseThrow();
        assertThat(version.description().metrics().get("eval_accuracy")).isEqualTo(1);
        assertThat(version.description().metrics().get("validation_accuracy")).isEqualTo(1);
        assertThat(version.description().metrics()).containsKeys("eval_loss", "validation_loss");
        assertThat(version.description().method()).isEqualTo("lora");
    }

    @Test
    void theRequestsLabelsAreTheClassesInItsOrder() throws IOException {
        List<String> labels = List.of("sleepy", "awake", "neither");
        Assignment assignment = with(assignment(1, labelled()), labels, TrainingJob.Validation.NONE);

        assertThat(config(published(run(assignment, control, listener()))).path("labels"))
                .extracting(JsonNode::asText)
                .isEqualTo(labels);
    }

    @Test
    void aCrashedRunResumesToTheSameBytes() {
        Assignment unbroken = with(assignment("j-b", 1, labelled()), List.of(), TrainingJob.Validation.NONE);
        String uninterrupted = published(run(unbroken, control, listener())).revision();
        ScriptedListener crash = new ScriptedListener(
                step -> {
                    if (step == 8) {
                        throw new IllegalStateException("crash");
                    }
                },
                phase -> {});
        Assignment first = with(assignment(1, labelled()), List.of(), TrainingJob.Validation.NONE);
        assertThatThrownBy(() -> run(first, control, crash)).hasMessage("crash");
        ScriptedListener second = listener();

        RunOutcome.Published resumed = published(
                run(with(assignment(2, labelled()), List.of(), TrainingJob.Validation.NONE), control, second));

        assertThat(second.resumedFrom).containsExactly(5);
        assertThat(resumed.revision()).isEqualTo(uninterrupted);
    }

    @Test
    void everyRowThatIsNoExampleForAnEncoderIsToldWithItsLine() {
        DatasetAddress mixed = put("""
                {"text": "a", "label": "x"}
                {"prompt": "b", "completion": "c"}

                {"text": "d"}
                {"text": "e", "label": "y"}
                """);

        assertThat(run(assignment(1, mixed), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
                    assertThat(failed.datasetErrors())
                            .extracting(RunOutcome.DatasetError::line)
                            .containsExactly(2L, 4L);
                    assertThat(failed.datasetErrors().getFirst().reason()).contains("there is no label");
                });
        Assignment other = with(assignment(1, labelled()), List.of("awake", "dreaming"), TrainingJob.Validation.NONE);
        assertThat(run(other, control, listener())).isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
            assertThat(failed.datasetErrors()).hasSize(6);
            assertThat(failed.datasetErrors().getFirst().reason())
                    .contains("'sleepy' is none of the request's: [awake, dreaming]");
        });
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
    }

    @Test
    void oneLabelAndMethodsBeforeTheTextAreRefusedByName() {
        DatasetAddress same = put("{\"text\": \"a\", \"label\": \"x\"}\n".repeat(4));

        assertThat(run(assignment(1, same), control, listener()))
                .isInstanceOfSatisfying(
                        RunOutcome.Failed.class,
                        failed -> assertThat(failed.datasetErrors().getFirst().reason())
                                .contains("1 label: [x]"));
    }
}
