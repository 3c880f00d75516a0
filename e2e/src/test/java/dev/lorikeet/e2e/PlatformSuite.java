package dev.lorikeet.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.local.platform.Service;
import dev.lorikeet.proto.adapter.v1.ListAdaptersRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.training.v1.CancelJobRequest;
import dev.lorikeet.proto.training.v1.FailureKind;
import dev.lorikeet.proto.training.v1.GetJobRequest;
import dev.lorikeet.proto.training.v1.JobState;
import dev.lorikeet.proto.training.v1.ListJobsRequest;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** What the platform promises, on whatever broker and store. The tests share one platform; the last ones break it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(400)
abstract class PlatformSuite {
    private static final Duration TRAINING = Duration.ofMinutes(3);

    /** The platform of this suite, started once. */
    abstract Platform platform();

    @Test
    @Order(1)
    void requestOnKafkaBecomesAnAdapterThatAnswers() throws InterruptedException {
        Tenant acme = platform().acme();

        String job = acme.publish("first", Requests.memorize("colours", "first", "how is the sky", "blue", 40));
        TrainingEvent end = platform().events().awaitEnd(job, TRAINING);
        GenerateResponse base = acme.ask("", "how is the sky");
        GenerateResponse adapted = acme.ask("colours", "how is the sky");

        assertThat(end.hasSucceeded()).as("%s", end).isTrue();
        assertThat(end.getSucceeded().getVersion()).isEqualTo(1);
        assertThat(end.getSucceeded().getSteps()).isEqualTo(40);
        List<TrainingEvent> story = platform().events().of(job);
        assertThat(story)
                .extracting(TrainingEvent::getFactCase)
                .contains(
                        TrainingEvent.FactCase.ACCEPTED,
                        TrainingEvent.FactCase.STARTED,
                        TrainingEvent.FactCase.PROGRESS,
                        TrainingEvent.FactCase.CHECKPOINTED);
        assertThat(story).extracting(TrainingEvent::getSequence).isSorted().doesNotHaveDuplicates();
        assertThat(base.hasAdapter()).isFalse();
        assertThat(adapted.getAdapter().getVersion()).isEqualTo(1);
        assertThat(adapted.getAdapter().getRevision())
                .isEqualTo(end.getSucceeded().getRevision());
        assertThat(adapted.getText()).isEqualTo("blue").isNotEqualTo(base.getText());
    }

    @Test
    @Order(2)
    void sameRequestAgainIsTheSameJob() throws InterruptedException {
        Tenant acme = platform().acme();
        String again = acme.publish("first", Requests.memorize("colours", "first", "how is the sky", "blue", 40));
        acme.publish("first", Requests.memorize("colours", "first", "how is the sky", "grey", 40));

        TrainingEvent rejection = platform().events().awaitRejection("first");

        assertThat(rejection.getRejected().getViolations(0).getCode()).isEqualTo("CONFLICT");
        assertThat(platform().events().of(again))
                .filteredOn(TrainingEvent::hasAccepted)
                .isNotEmpty()
                .allMatch(event -> event.getSequence() == 1);
        assertThat(versions(acme, "colours")).hasSize(1);
    }

    @Test
    @Order(3)
    void tenantsShareNothingButTheBaseModel() throws InterruptedException {
        Tenant acme = platform().acme();
        Tenant globex = platform().globex();
        String job = globex.publish("own", Requests.memorize("moods", "own", "how is the sky", "sad", 40));
        assertThat(platform().events().awaitEnd(job, TRAINING).hasSucceeded()).isTrue();

        assertThat(globex.ask("moods", "how is the sky").getText()).isEqualTo("sad");
        assertRefused(() -> globex.ask("colours", "how is the sky"), Status.Code.NOT_FOUND);
        assertRefused(() -> acme.ask("moods", "how is the sky"), Status.Code.NOT_FOUND);
        assertThat(globex.adapters()
                        .listAdapters(ListAdaptersRequest.getDefaultInstance())
                        .getAdaptersList())
                .extracting(dev.lorikeet.proto.adapter.v1.Adapter::getName)
                .containsExactly("moods");
        assertRefused(
                () -> acme.jobs().getJob(GetJobRequest.newBuilder().setJob(job).build()), Status.Code.NOT_FOUND);
        assertRefused(
                () -> acme.jobs()
                        .cancelJob(CancelJobRequest.newBuilder().setJob(job).build()),
                Status.Code.NOT_FOUND);
        assertThat(acme.jobs().listJobs(ListJobsRequest.getDefaultInstance()).getJobsList())
                .isNotEmpty()
                .noneMatch(each -> each.getId().equals(job));
    }

    @Test
    @Order(4)
    void datasetOfAnotherTenantIsForbidden() throws InterruptedException {
        DatasetAddress foreign =
                platform().registry().datasets().put(platform().acme().id(), Requests.dataset("a", "b", 4));
        String uri = foreign.uri("lorikeet");

        platform().globex().publish("thief", Requests.over("stolen", "thief", uri, 5, 5));
        TrainingEvent rejection = platform().events().awaitRejection("thief");

        assertThat(rejection.getTenant()).isEqualTo("globex");
        assertThat(rejection.getRejected().getViolationsList()).singleElement().satisfies(violation -> {
            assertThat(violation.getField()).isEqualTo("dataset_uri");
            assertThat(violation.getCode()).isEqualTo("FORBIDDEN");
        });
    }

    @Test
    @Order(5)
    void badRequestIsRejectedFieldByField() throws InterruptedException {
        platform().acme().publish("bad", """
                        {"adapter": "../x", "idempotencyKey": "bad", "inlineExamples": {"lines": ["{\\"text\\": \\"a\\"}"]},
                         "method": {"lora": {"rank": -3}}, "hyperparameters": {"learningRate": 1e9}}""");

        assertThat(platform().events().awaitRejection("bad").getRejected().getViolationsList())
                .extracting(violation -> violation.getField())
                .contains("adapter", "method.lora.rank", "hyperparameters.learning_rate");
    }

    @Test
    @Order(6)
    void unreadableAndUnknownMessagesBecomeDeadLetters() throws InterruptedException {
        byte[] unreadable = "{not json".getBytes(StandardCharsets.UTF_8);
        byte[] unknown = Requests.memorize("x", "unknown-key", "a", "b", 4).getBytes(StandardCharsets.UTF_8);

        platform().acme().publish("none", new String(unreadable, StandardCharsets.UTF_8));
        platform().acme().publishRaw(unknown, "Bearer nobody");

        assertThat(platform().events().awaitDeadLetter(unreadable).getCode()).isEqualTo("UNREADABLE");
        assertThat(platform().events().awaitDeadLetter(unknown).getCode()).isEqualTo("UNAUTHENTICATED");
    }

    @Test
    @Order(7)
    void badDatasetFailsWithItsLinesAndTrainsNothing() throws InterruptedException {
        Tenant acme = platform().acme();
        DatasetAddress dataset = platform()
                .registry()
                .datasets()
                .put(
                        acme.id(),
                        "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": 3}\n\nnot json\n"
                                .getBytes(StandardCharsets.UTF_8));

        String job = acme.publish("bad-lines", Requests.over("broken", "bad-lines", dataset.relative(), 5, 5));
        TrainingEvent end = platform().events().awaitEnd(job, TRAINING);

        assertThat(end.hasFailed()).as("%s", end).isTrue();
        assertThat(end.getFailed().getKind()).isEqualTo(FailureKind.FAILURE_KIND_INVALID_INPUT);
        assertThat(end.getFailed().getDatasetErrorsList())
                .extracting(dev.lorikeet.proto.training.v1.DatasetError::getLine)
                .contains(2L, 4L);
        assertThat(versions(acme, "broken")).isEmpty();
    }

    @Test
    @Order(8)
    void everyMethodOfTheReadmeIsTrainedAndServed() throws InterruptedException, IOException {
        Tenant acme = platform().acme();
        List<String> methods = Requests.methodsOfTheReadme();
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < methods.size(); i++) {
            String name = "method-" + i;
            jobs.add(acme.publish(name, Requests.by(methods.get(i), name, name, "how is the hill", "green", 12)));
        }

        assertThat(methods).hasSizeGreaterThan(3);
        for (int i = 0; i < methods.size(); i++) {
            TrainingEvent end = platform().events().awaitEnd(jobs.get(i), TRAINING);
            assertThat(end.hasSucceeded()).as("%s: %s", methods.get(i), end).isTrue();
            GenerateResponse answer = Requests.readsPictures(methods.get(i))
                    ? acme.ask("method-" + i, "how is the hill", Requests.picture())
                    : acme.ask("method-" + i, "how is the hill");
            assertThat(answer.getAdapter().getRevision())
                    .as(methods.get(i))
                    .isEqualTo(end.getSucceeded().getRevision());
            Version version = versions(acme, "method-" + i).getFirst();
            assertThat(version.description().method()).as(methods.get(i)).isNotEmpty();
            assertThat(version.description().parameters()).as(methods.get(i)).isPositive();
            // Progress is told once a second: of so short a run perhaps only the last step.
            assertThat(platform().events().of(jobs.get(i)))
                    .as(methods.get(i))
                    .filteredOn(TrainingEvent::hasProgress)
                    .last()
                    .satisfies(last -> assertThat(last.getProgress().getLoss())
                            .isFinite()
                            .isEqualTo(end.getSucceeded().getFinalLoss()));
        }
    }

    @Test
    @Order(9)
    void runningJobIsCancelled() throws InterruptedException {
        Tenant acme = platform().acme();
        String job = acme.publish("long", Requests.memorize("endless", "long", "a", "b", 20_000));
        platform().events().await(job, TrainingEvent::hasProgress, TRAINING);

        acme.jobs().cancelJob(CancelJobRequest.newBuilder().setJob(job).build());
        TrainingEvent end = platform().events().awaitEnd(job, TRAINING);

        assertThat(end.hasCancelled()).as("%s", end).isTrue();
        assertThat(versions(acme, "endless")).isEmpty();
    }

    @Test
    @Order(10)
    void stoppedTrainerGivesItsAttemptBackAndTheNextLifeGoesOn() throws InterruptedException, IOException {
        Tenant acme = platform().acme();
        DatasetAddress dataset =
                platform().registry().datasets().put(acme.id(), Requests.dataset("how is the lake", "calm", 8));
        // The only checkpoint is the one that the stopping trainer makes.
        String job = acme.publish("given-back", Requests.over("lakes", "given-back", dataset.relative(), 500, 5000));
        platform().events().await(job, TrainingEvent::hasProgress, TRAINING);

        platform().restart(Service.TRAINER);
        TrainingEvent end = platform().events().awaitEnd(job, TRAINING);

        assertThat(end.hasSucceeded()).as("%s", end).isTrue();
        assertThat(end.getSucceeded().getAttempt()).isEqualTo(2);
        assertThat(platform().events().of(job))
                .filteredOn(TrainingEvent::hasStarted)
                .last()
                .satisfies(started ->
                        assertThat(started.getStarted().getResumedFromStep()).isPositive());
        assertThat(platform().events().of(job))
                .filteredOn(TrainingEvent::hasQueued)
                .last()
                .satisfies(queued -> {
                    assertThat(queued.getQueued().getReason()).contains("given back");
                    assertThat(queued.getQueued().getAttemptsUsed()).isZero();
                });
    }

    @Test
    @Order(11)
    void killedTrainerAndThenKilledSchedulerStillMakeExactlyOneVersion() throws InterruptedException, IOException {
        Tenant acme = platform().acme();
        DatasetAddress dataset =
                platform().registry().datasets().put(acme.id(), Requests.dataset("how is the sea", "deep", 8));
        String job = acme.publish("survivor", Requests.over("survivor", "survivor", dataset.relative(), 600, 50));
        platform().events().await(job, TrainingEvent::hasCheckpointed, TRAINING);

        platform().kill(Service.TRAINER);
        platform().kill(Service.SCHEDULER);
        platform().restart(Service.SCHEDULER);
        platform().restart(Service.TRAINER);
        TrainingEvent end = platform().events().awaitEnd(job, TRAINING);

        assertThat(end.hasSucceeded()).as("%s", end).isTrue();
        assertThat(end.getSucceeded().getSteps()).isEqualTo(600);
        assertThat(versions(acme, "survivor"))
                .singleElement()
                .satisfies(version -> assertThat(version.revision())
                        .isEqualTo(end.getSucceeded().getRevision()));
        assertThat(platform().events().of(job))
                .filteredOn(TrainingEvent::hasStarted)
                .last()
                .satisfies(started -> {
                    assertThat(started.getStarted().getAttempt()).isGreaterThan(1);
                    assertThat(started.getStarted().getResumedFromStep()).isPositive();
                });
        assertThat(platform().events().of(job))
                .filteredOn(event -> event.hasSucceeded() || event.hasFailed())
                .hasSize(1);
        assertThat(acme.jobs()
                        .getJob(GetJobRequest.newBuilder().setJob(job).build())
                        .getJob()
                        .getState())
                .isEqualTo(JobState.JOB_STATE_SUCCEEDED);
        assertThat(acme.ask("survivor", "how is the sea").getText()).isEqualTo("deep");
    }

    private List<Version> versions(Tenant tenant, String adapter) {
        return platform().registry().adapters().versions(tenant.id(), new AdapterName(adapter));
    }

    private static void assertRefused(ThrowingCallable call, Status.Code code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(code));
    }
}
