package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.Phase;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.StopReason;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import dev.lorikeet.trainer.loop.RunControl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole attempts over a tiny model and a store in memory. */
@Timeout(120)
class AttemptRunnerTest {
    private static final AdapterName ADAPTER = new AdapterName("triage");
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final BaseModel MODEL = load();

    private final TroubledStore store = new TroubledStore();
    private final Registry registry = Registry.over(store);
    private final List<AdapterState> announced = new CopyOnWriteArrayList<>();
    private final AtomicReference<Duration> now = new AtomicReference<>(Duration.ZERO);
    private final RunControl control = control();

    @TempDir
    private Path scratch;

    private static BaseModel load() {
        try {
            Path folder = Files.createTempDirectory("tiny-model-");
            try {
                return BaseModel.load(TinyModel.write(folder), LoadOptions.parse(TinyModel.NAME, "cpu", "float32", 1));
            } finally {
                folder.toFile().deleteOnExit();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    static void closeModel() {
        MODEL.close();
    }

    @Test
    void jobBecomesAVersionWithItsFigures() throws IOException {
        ScriptedListener listener = listener();

        RunOutcome outcome = run(assignment(1, dataset()), control, listener);

        assertThat(outcome).isInstanceOfSatisfying(RunOutcome.Published.class, published -> {
            Version version = registry.adapters().newest(Jobs.ACME, ADAPTER).orElseThrow();
            assertThat(version.number()).isEqualTo(1).isEqualTo(published.version());
            assertThat(version.revision()).isEqualTo(published.revision());
            assertThat(version.origin().job()).isEqualTo(new JobId("j-a"));
            assertThat(version.description().baseModel().name()).isEqualTo(TinyModel.NAME);
            assertThat(version.description().baseModel().digest()).isEqualTo(MODEL.digest());
            assertThat(version.description().kind()).isEqualTo("LORA");
            assertThat(version.description().method()).isEqualTo("lora");
            assertThat(version.description().parameters()).isPositive();
            assertThat(version.description().metadata()).containsEntry("team", "support");
            assertThat(version.description().metrics())
                    .containsEntry("steps", 12.0)
                    .containsEntry("final_loss", published.finalLoss())
                    .containsKeys("tokens", "training_seconds", "eval_loss");
        });
        assertThat(listener.phases).containsExactly(Phase.values());
        assertThat(listener.resumedFrom).containsExactly(0);
        assertThat(listener.checkpoints).containsExactly(5, 10);
        assertThat(listener.progress)
                .extracting(TrainingProgress::step)
                .startsWith(1, 2)
                .endsWith(12);
        assertThat(listener.progress.getLast().loss())
                .isLessThan(listener.progress.getFirst().loss());
        assertThat(listener.progress.getLast().tokens()).isGreaterThan(100);
        assertThat(announced)
                .singleElement()
                .satisfies(state ->
                        assertThat(state.newest().orElseThrow().number()).isEqualTo(1));
        assertThat(registry.checkpoints().steps(Jobs.ACME, new JobId("j-a"))).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void badDatasetFailsWithEveryErrorAndTrainsNothing() {
        DatasetAddress bad = registry.datasets().put(Jobs.ACME, """
                        {"prompt": "a", "completion": "b"}
                        {"prompt": 3}
                        not json
                        {"messages": []}
                        """.getBytes(StandardCharsets.UTF_8));
        ScriptedListener listener = listener();

        RunOutcome outcome = run(assignment(1, bad), control, listener);

        assertThat(outcome).isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
            assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
            assertThat(failed.reason()).contains(failed.datasetErrors().size() + " errors");
            assertThat(failed.datasetErrors())
                    .extracting(RunOutcome.DatasetError::line)
                    .contains(2L, 3L, 4L)
                    .doesNotContain(1L);
        });
        assertThat(listener.progress).isEmpty();
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
    }

    @Test
    void onlyTheFirstHundredErrorsAreToldAndAllAreCounted() {
        DatasetAddress bad =
                registry.datasets().put(Jobs.ACME, "{}\n".repeat(250).getBytes(StandardCharsets.UTF_8));

        assertThat(run(assignment(1, bad), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.datasetErrors()).hasSize(100);
                    assertThat(failed.reason()).contains("250 errors");
                });
    }

    @Test
    void datasetThatIsMissingOrNotWhatItsAddressSaysIsInvalidInput() {
        DatasetAddress missing = new DatasetAddress(Jobs.ACME, "ab".repeat(32));
        DatasetAddress forged = new DatasetAddress(Jobs.ACME, "cd".repeat(32));
        store.putIfAbsent(forged.key(), "{\"text\": \"a\"}\n".getBytes(StandardCharsets.UTF_8));

        for (DatasetAddress address : List.of(missing, forged)) {
            assertThat(run(assignment(1, address), control, listener()))
                    .isInstanceOfSatisfying(
                            RunOutcome.Failed.class,
                            failed -> assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT));
        }
    }

    @Test
    void wrongBaseModelAndUnknownModulesAreInvalidInput() {
        Assignment good = assignment(1, dataset());
        TrainingJob job = good.job();
        TrainingJob other = new TrainingJob(
                job.adapter(),
                "llama-9",
                job.dataset(),
                job.method(),
                job.hyperparameters(),
                job.seed(),
                job.metadata());
        TrainingJob unknown = new TrainingJob(
                job.adapter(),
                job.baseModel(),
                job.dataset(),
                Jobs.lora("no_such_proj"),
                job.hyperparameters(),
                job.seed(),
                job.metadata());

        assertThat(run(new Assignment(good.key(), good.tenant(), other, LEASE), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
                    assertThat(failed.reason()).contains("llama-9").contains(TinyModel.NAME);
                });
        assertThat(run(new Assignment(good.key(), good.tenant(), unknown, LEASE), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
                    assertThat(failed.reason()).contains("no_such_proj");
                });
    }

    @Test
    void crashedRunResumesToTheSameBytesAsAnUninterruptedOne() {
        String uninterrupted = published(run(assignment("j-b", 1, dataset()), control, listener()))
                .revision();
        ScriptedListener crash = new ScriptedListener(
                step -> {
                    if (step == 8) {
                        throw new IllegalStateException("crash");
                    }
                },
                phase -> {});
        assertThatThrownBy(() -> run(assignment(1, dataset()), control, crash)).hasMessage("crash");
        ScriptedListener second = listener();

        RunOutcome.Published resumed = published(run(assignment(2, dataset()), control, second));

        assertThat(second.resumedFrom).containsExactly(5);
        assertThat(second.progress.getFirst().step()).isEqualTo(6);
        assertThat(second.progress.getFirst().tokens())
                .isGreaterThan(crash.progress.get(4).tokens());
        assertThat(resumed.revision()).isEqualTo(uninterrupted);
        assertThat(resumed.steps()).isEqualTo(12);
    }

    @Test
    void preemptedRunGivesBackACheckpointOfItsLastStep() {
        String uninterrupted = published(run(assignment("j-b", 1, dataset()), control, listener()))
                .revision();
        RunControl preempted = control();
        ScriptedListener first = new ScriptedListener(
                step -> {
                    if (step == 7) {
                        preempted.stop(StopReason.PREEMPTED);
                    }
                },
                phase -> {});

        assertThat(run(assignment(1, dataset()), preempted, first))
                .isEqualTo(new RunOutcome.Stopped(StopReason.PREEMPTED, 7));
        ScriptedListener second = listener();
        RunOutcome.Published resumed = published(run(assignment(2, dataset()), control, second));

        assertThat(first.checkpoints).containsExactly(5, 7);
        assertThat(second.resumedFrom).containsExactly(7);
        assertThat(resumed.revision()).isEqualTo(uninterrupted);
    }

    @Test
    void damagedCheckpointIsPassedOverForAnOlderOne() {
        RunControl preempted = control();
        run(
                assignment(1, dataset()),
                preempted,
                new ScriptedListener(
                        step -> {
                            if (step == 7) {
                                preempted.stop(StopReason.PREEMPTED);
                            }
                        },
                        phase -> {}));
        String files = "tenants/acme/jobs/j-a/checkpoints/7/files/";
        for (String key : Listing.all(store, files)) {
            store.delete(key);
            store.putIfAbsent(key, new byte[] {1});
        }
        ScriptedListener second = listener();

        published(run(assignment(2, dataset()), control, second));

        assertThat(second.resumedFrom).containsExactly(5);
    }

    @Test
    void cancelledRunPublishesNothing() throws IOException {
        ScriptedListener listener = new ScriptedListener(
                step -> {
                    if (step == 3) {
                        control.stop(StopReason.CANCELLED);
                    }
                },
                phase -> {});

        assertThat(run(assignment(1, dataset()), control, listener))
                .isEqualTo(new RunOutcome.Stopped(StopReason.CANCELLED, 0));
        assertThat(listener.progress).hasSize(3);
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void leaseThatRunsOutAtTheLastMomentPublishesNothing() {
        ScriptedListener listener = new ScriptedListener(step -> {}, phase -> {
            if (phase == Phase.PUBLISHING) {
                now.set(LEASE);
            }
        });

        assertThat(run(assignment(1, dataset()), control, listener))
                .isInstanceOfSatisfying(
                        RunOutcome.Stopped.class,
                        stopped -> assertThat(stopped.reason()).isEqualTo(StopReason.LEASE_EXPIRED));
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
        assertThat(Listing.all(store, "tenants/acme/adapters/")).isEmpty();
    }

    @Test
    void preemptionWhilePublishingComesTooLate() {
        ScriptedListener listener = new ScriptedListener(step -> {}, phase -> {
            if (phase == Phase.PUBLISHING) {
                control.stop(StopReason.PREEMPTED);
            }
        });

        assertThat(run(assignment(1, dataset()), control, listener)).isInstanceOf(RunOutcome.Published.class);
    }

    @Test
    void zombieAndItsSuccessorMakeOneVersion() throws ExecutionException, InterruptedException {
        CountDownLatch atTheDoor = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        ScriptedListener held = new ScriptedListener(step -> {}, phase -> {
            if (phase == Phase.PUBLISHING) {
                atTheDoor.countDown();
                await(open);
            }
        });
        CompletableFuture<RunOutcome> zombie =
                CompletableFuture.supplyAsync(() -> run(assignment(1, dataset()), control(), held));
        atTheDoor.await();

        RunOutcome.Published second = published(run(assignment(2, dataset()), control, listener()));
        open.countDown();
        RunOutcome.Published first = published(zombie.get());

        assertThat(first.version()).isEqualTo(1).isEqualTo(second.version());
        assertThat(first.revision()).isEqualTo(second.revision());
        assertThat(registry.adapters().versions(Jobs.ACME, ADAPTER)).hasSize(1);
    }

    @Test
    void attemptAtAPublishedJobReportsTheVersionAndTrainsNothing() {
        RunOutcome.Published before = published(run(assignment(1, dataset()), control, listener()));
        announced.clear();
        ScriptedListener listener = listener();

        assertThat(run(assignment(2, dataset()), control, listener)).isEqualTo(before);
        assertThat(listener.phases).isEmpty();
        assertThat(announced).hasSize(1);
    }

    @Test
    void storeThatAnswersLaterCostsNothingAndOneThatDoesNotIsTransient() {
        DatasetAddress dataset = dataset();
        store.fail(2);
        assertThat(run(assignment(1, dataset), control, listener())).isInstanceOf(RunOutcome.Published.class);

        store.fail(1000);
        assertThat(run(assignment("j-b", 1, dataset), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.TRANSIENT);
                    assertThat(failed.reason()).contains("does not answer");
                });
    }

    @Test
    void checkpointThatCannotBeStoredDoesNotStopTraining() {
        ScriptedListener listener = new ScriptedListener(
                step -> {
                    if (step == 4) {
                        store.fail(2);
                    }
                    if (step == 6) {
                        store.fail(0);
                    }
                },
                phase -> {});

        assertThat(run(assignment(1, dataset()), control, listener)).isInstanceOf(RunOutcome.Published.class);
        assertThat(listener.checkpoints).contains(10).doesNotContain(5);
    }

    @Test
    void divergingRunIsToldApart() {
        Assignment good = assignment(1, dataset());
        TrainingJob job = good.job();
        TrainingJob.Hyperparameters from = job.hyperparameters();
        TrainingJob wild = new TrainingJob(
                job.adapter(),
                job.baseModel(),
                job.dataset(),
                job.method(),
                new TrainingJob.Hyperparameters(
                        3, 40, 2, 1, 1e30, TrainingJob.Schedule.CONSTANT, 0, 0, 0, from.maxTokens(), 50, 1),
                job.seed(),
                job.metadata());

        assertThat(run(new Assignment(good.key(), good.tenant(), wild, LEASE), control, listener()))
                .isInstanceOfSatisfying(
                        RunOutcome.Failed.class,
                        failed -> assertThat(failed.kind()).isEqualTo(FailureKind.DIVERGED));
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
    }

    @Test
    void whatAFormerLifeLeftIsRemoved() throws IOException {
        Files.createDirectories(scratch.resolve("attempt-j-x-1-old/checkpoint-5"));
        Files.writeString(scratch.resolve("attempt-j-x-1-old/checkpoint-5/file"), "x");
        Files.writeString(scratch.resolve("other"), "stays");

        Scratch cleaned = new Scratch(scratch);

        assertThat(cleaned).isNotNull();
        assertThat(scratch).isDirectoryNotContaining("glob:**attempt-*").isDirectoryContaining("glob:**other");
    }

    private RunOutcome run(Assignment assignment, RunControl running, ScriptedListener listener) {
        return new AttemptRunner(
                        MODEL,
                        registry,
                        announced::add,
                        new Scratch(scratch.resolve(
                                assignment.key().job() + "-" + assignment.key().number())),
                        new Patience(3, Duration.ZERO))
                .run(assignment, running, listener);
    }

    private List<Path> leftovers() throws IOException {
        try (var paths = Files.walk(scratch)) {
            return paths.filter(path -> path.getFileName().toString().startsWith("attempt-"))
                    .toList();
        }
    }

    private RunControl control() {
        return new RunControl(now::get, LEASE);
    }

    private static ScriptedListener listener() {
        return new ScriptedListener(step -> {}, phase -> {});
    }

    private DatasetAddress dataset() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            lines.append("{\"prompt\": \"colour ").append(i).append("?\", \"completion\": \" it is blue\"}\n");
        }
        lines.append("{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}, ")
                .append("{\"role\": \"assistant\", \"content\": \"hello\"}]}\n");
        return registry.datasets().put(Jobs.ACME, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Assignment assignment(int attempt, DatasetAddress dataset) {
        return assignment("j-a", attempt, dataset);
    }

    private static Assignment assignment(String job, int attempt, DatasetAddress dataset) {
        return new Assignment(
                new AttemptKey(new JobId(job), attempt),
                Jobs.ACME,
                Jobs.job(ADAPTER.value(), TinyModel.NAME, dataset, 12, 5),
                LEASE);
    }

    private static RunOutcome.Published published(RunOutcome outcome) {
        assertThat(outcome).isInstanceOf(RunOutcome.Published.class);
        return (RunOutcome.Published) outcome;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
