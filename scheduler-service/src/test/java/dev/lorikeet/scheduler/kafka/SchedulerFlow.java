package dev.lorikeet.scheduler.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.training.v1.DeadLetter;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.TrainingEvent.FactCase;
import dev.lorikeet.proto.training.v1.Violation;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Description;
import dev.lorikeet.registry.adapter.FileSet;
import dev.lorikeet.registry.adapter.Origin;
import dev.lorikeet.registry.adapter.Publication;
import dev.lorikeet.scheduler.kafka.ScriptedTrainer.Play;
import dev.lorikeet.scheduler.loop.JobBoard;
import dev.lorikeet.scheduler.s3.RegistryDatasets;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What tenants and trainers see of a scheduler on a real broker and store; one scheduler for all tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SchedulerFlow {
    private static final TenantId ACME = new TenantId("acme");

    private Backend backend;
    private Registry registry;
    private Scheduler scheduler;
    private Tenants tenants;
    private ScriptedTrainer trainer;
    private final AtomicBoolean storeAway = new AtomicBoolean();

    abstract Backend backend();

    @BeforeAll
    void start() throws InterruptedException {
        backend = backend();
        TopicSetup.ensure(Fixture.kafka(backend.bootstrapServers(), "setup"), 2);
        prepareTopics();
        registry = Registry.connect(backend.store());
        RegistryDatasets datasets = new RegistryDatasets(backend.store());
        scheduler = Fixture.scheduler(
                Fixture.kafka(backend.bootstrapServers(), "one"),
                Fixture.credentials("acme", "other"),
                switched(datasets),
                datasets,
                new JobBoard());
        scheduler.start();
        tenants = new Tenants(backend.bootstrapServers());
        trainer = new ScriptedTrainer("t1", backend.bootstrapServers(), Fixture.BASE, 8, this::play);
    }

    /** The broker takes larger requests than are read, and a tenant has a topic of its own. */
    private void prepareTopics() throws InterruptedException {
        try (Admin admin = Admin.create(
                Fixture.kafka(backend.bootstrapServers(), "prepare").properties("prepare"))) {
            admin.createTopics(List.of(new NewTopic(Topics.TENANT_REQUESTS + "other", 1, (short) 1)))
                    .all()
                    .get();
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, Topics.REQUESTS),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", "8388608"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    void stop() {
        trainer.close();
        tenants.close();
        scheduler.close();
        registry.close();
        backend.close();
    }

    private DatasetStore switched(DatasetStore real) {
        return new DatasetStore() {
            @Override
            public DatasetAddress put(TenantId tenant, List<String> lines) throws Unavailable {
                check();
                return real.put(tenant, lines);
            }

            @Override
            public boolean exists(DatasetAddress address) throws Unavailable {
                check();
                return real.exists(address);
            }

            private void check() throws Unavailable {
                if (storeAway.get()) {
                    throw new Unavailable("switched off", new IllegalStateException());
                }
            }
        };
    }

    /** The adapter's name says what becomes of its training. */
    private Play play(Assignment assignment) {
        String adapter = assignment.getRequest().getAdapter();
        if (adapter.startsWith("hold")) {
            return Play.HOLD;
        }
        if (adapter.startsWith("doomed")) {
            return Play.FAIL_TRANSIENT;
        }
        if (adapter.startsWith("ghost")) {
            if (assignment.getAttempt() == 3) {
                publish(adapter, new JobId(assignment.getJob()));
            }
            return Play.FAIL_TRANSIENT;
        }
        if (adapter.startsWith("invalid")) {
            return Play.FAIL_INVALID;
        }
        return adapter.startsWith("retry") && assignment.getAttempt() == 1 ? Play.FAIL_TRANSIENT : Play.SUCCEED;
    }

    private void publish(String adapter, JobId job) {
        registry.adapters()
                .publish(
                        new Publication(
                                ACME,
                                new AdapterName(adapter),
                                new Origin(job, 3),
                                FileSet.of(Map.of("adapter_config.json", new byte[] {'{', '}'})),
                                new Description(
                                        new BaseModelRef(Fixture.BASE, "digest"),
                                        "LORA",
                                        "lora",
                                        10,
                                        Map.of("steps", 30.0, "final_loss", 0.25),
                                        Map.of())),
                        Instant.now());
    }

    private static String inline(String adapter, String key) {
        return """
                {"adapter":"%s","idempotencyKey":"%s","inlineExamples":{"lines":["{\\"text\\":\\"hello\\"}"]}}""".formatted(adapter, key);
    }

    private TrainingEvent end(String key) {
        return tenants.await(event -> event.getIdempotencyKey().equals(key) && isFinal(event));
    }

    private static boolean isFinal(TrainingEvent event) {
        return switch (event.getFactCase()) {
            case SUCCEEDED, FAILED, CANCELLED -> true;
            case ACCEPTED, REJECTED, QUEUED, STARTED, PROGRESS, CHECKPOINTED, FACT_NOT_SET -> false;
        };
    }

    private List<Violation> rejection(String key) {
        return tenants.await(event -> event.getIdempotencyKey().equals(key) && event.hasRejected())
                .getRejected()
                .getViolationsList();
    }

    private List<FactCase> facts(String job) {
        return tenants.eventsOf(job).stream().map(TrainingEvent::getFactCase).toList();
    }

    @Test
    void requestBecomesAPublishedAdapterWithEveryEventInOrder() {
        tenants.publish("acme", inline("happy", "happy-1"));

        TrainingEvent end = end("happy-1");

        assertThat(facts(end.getJob()))
                .containsExactly(
                        FactCase.ACCEPTED,
                        FactCase.QUEUED,
                        FactCase.STARTED,
                        FactCase.PROGRESS,
                        FactCase.PROGRESS,
                        FactCase.PROGRESS,
                        FactCase.CHECKPOINTED,
                        FactCase.SUCCEEDED);
        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasProgress)
                .extracting(event -> event.getProgress().getRanksMap().get("q_proj"))
                .containsExactly(1, 2, 3);
        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasProgress)
                .extracting(event -> event.getProgress().getValidation().getStep())
                .containsExactly(1, 2, 3);
        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasStarted)
                .allSatisfy(event -> assertThat(event.getStarted().getDataset().getUnlabelledLinesList())
                        .containsExactly(3L));
        assertThat(tenants.eventsOf(end.getJob()))
                .extracting(TrainingEvent::getSequence)
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(end.getSucceeded().getVersion()).isEqualTo(1);
        var resolved = tenants.eventsOf(end.getJob()).getFirst().getAccepted().getResolved();
        assertThat(resolved.getBaseModel()).isEqualTo(Fixture.BASE);
        assertThat(resolved.getMethod().getLora().getTargetModulesList()).containsExactly("all-linear");
        assertThat(resolved.getDatasetUri()).matches("datasets/[0-9a-f]{64}\\.jsonl");
        DatasetAddress stored = new DatasetAddress(
                ACME, tenants.eventsOf(end.getJob()).getFirst().getAccepted().getDatasetSha256());
        assertThat(registry.datasets().exists(stored)).isTrue();
    }

    @Test
    void transientFailureIsRetriedAndInvalidInputIsNot() {
        tenants.publish("acme", inline("retry", "retry-1"));
        tenants.publish("acme", inline("invalid", "invalid-1"));

        TrainingEvent retried = end("retry-1");
        TrainingEvent invalid = end("invalid-1");

        assertThat(retried.getSucceeded().getAttempt()).isEqualTo(2);
        assertThat(invalid.getFailed().getReason()).isEqualTo("as the script says");
        assertThat(trainer.assignments())
                .filteredOn(a -> a.getJob().equals(retried.getJob()))
                .extracting(Assignment::getAttempt)
                .containsExactly(1, 2);
    }

    @Test
    void jobWhoseLastAttemptPublishedAndDidNotSaySoHasSucceeded() {
        tenants.publish("acme", inline("ghost", "ghost-1"));
        tenants.publish("acme", inline("doomed", "doomed-1"));

        TrainingEvent rescued = end("ghost-1");
        TrainingEvent failed = end("doomed-1");

        assertThat(rescued.getSucceeded().getVersion()).isEqualTo(1);
        assertThat(rescued.getSucceeded().getAttempt()).isEqualTo(3);
        assertThat(rescued.getSucceeded().getSteps()).isEqualTo(30);
        assertThat(rescued.getSucceeded().getFinalLoss()).isEqualTo(0.25);
        assertThat(failed.getFailed().getReason()).isEqualTo("as the script says");
    }

    @Test
    void badRequestIsRejectedWithEverythingThatIsWrong() {
        tenants.publish("acme", """
                {"adapter":"Bad_Name","idempotencyKey":"bad-1","baseModel":"gpt-9","sede":1,"priority":1000,
                 "method":{"lora":{"rank":-1,"ranc":3}},"hyperparameters":{"learningRate":7}}""");

        assertThat(rejection("bad-1"))
                .extracting(v -> v.getCode() + " " + v.getField())
                .containsExactlyInAnyOrder(
                        "UNKNOWN_FIELD sede",
                        "UNKNOWN_FIELD method.lora.ranc",
                        "INVALID_NAME adapter",
                        "UNKNOWN_BASE_MODEL base_model",
                        "REQUIRED dataset",
                        "OUT_OF_RANGE method.lora.rank",
                        "OUT_OF_RANGE hyperparameters.learning_rate",
                        "OUT_OF_RANGE priority");
    }

    @Test
    void unreadableMessageIsADeadLetterWithItsOriginAndARejection() {
        tenants.publish("acme", "{no json");

        DeadLetter letter = tenants.awaitLetter(l -> l.getValue().toStringUtf8().equals("{no json"));

        assertThat(letter.getCode()).isEqualTo("UNREADABLE");
        assertThat(letter.getTopic()).isEqualTo(Topics.REQUESTS);
        assertThat(letter.getKey().toStringUtf8()).isEqualTo("acme");
        TrainingEvent rejected = tenants.await(event -> event.hasRejected()
                && event.getRejected().getViolations(0).getCode().equals("UNREADABLE"));
        assertThat(rejected.getTenant()).isEqualTo("acme");
    }

    @Test
    void requestLargerThanWhatIsReadIsRejectedWithItsSizeAndTheWayOut() {
        tenants.publish("acme", inline("x".repeat(5 * 1024 * 1024), "large-1"));

        DeadLetter letter = tenants.awaitLetter(l -> l.getCode().equals("TOO_LARGE"));
        TrainingEvent rejected = tenants.await(event -> event.hasRejected()
                && event.getRejected().getViolations(0).getCode().equals("TOO_LARGE"));

        assertThat(letter.getValue().size()).isEqualTo(64 * 1024);
        assertThat(letter.getTopic()).isEqualTo(Topics.REQUESTS);
        assertThat(rejected.getTenant()).isEqualTo("acme");
        assertThat(rejected.getRejected().getViolations(0).getReason())
                .containsPattern("has 52[0-9]{5} bytes")
                .contains("dataset_uri");
    }

    @Test
    void refusalOfGiganticNamesFitsIntoARecordAndStopsNobody() {
        String gigantic = "x".repeat(900 * 1024);
        tenants.publish("acme", inline(gigantic, "gigantic-1"));
        tenants.publish("acme", "{\"" + gigantic + "\":1,\"adapter\":\"a\",\"idempotencyKey\":\"gigantic-2\"}");
        tenants.publish("acme", gigantic);
        tenants.publish("acme", inline("after", "after-1"));

        assertThat(rejection("gigantic-1")).extracting(Violation::getCode).contains("INVALID_NAME");
        assertThat(rejection("gigantic-2")).extracting(Violation::getCode).contains("UNKNOWN_FIELD");
        assertThat(end("after-1").hasSucceeded()).isTrue();
    }

    @Test
    void requestOnATenantsOwnTopicNeedsNoCredentialAndIsThatTenants() {
        tenants.publishOnOwnTopic("other", inline("own", "own-1"));

        TrainingEvent end = end("own-1");

        assertThat(end.hasSucceeded()).isTrue();
        assertThat(end.getTenant()).isEqualTo("other");
        assertThat(end.getJob())
                .isEqualTo(JobId.derive(new TenantId("other"), "own-1").value());
    }

    @Test
    void messageThatNobodyVouchesForIsADeadLetterAndNothingElse() {
        tenants.publish("stranger", inline("strange", "strange-1"));

        DeadLetter letter = tenants.awaitLetter(l -> l.getCode().equals("UNAUTHENTICATED"));

        assertThat(letter.getValue().toStringUtf8()).contains("strange-1");
        assertThat(tenants.events()).noneMatch(event -> event.getTenant().equals("stranger"));
    }

    @Test
    void datasetsOfOthersAreForbiddenAndMissingOnesNotFound() {
        DatasetAddress others = registry.datasets()
                .put(new TenantId("other"), "{\"text\":\"secret\"}\n".getBytes(StandardCharsets.UTF_8));
        tenants.publish("acme", """
                {"adapter":"thief","idempotencyKey":"thief-1","datasetUri":"%s"}""".formatted(others.uri("lorikeet")));
        tenants.publish("acme", """
                {"adapter":"thief","idempotencyKey":"thief-2","datasetUri":"%s"}""".formatted(others.relative()));
        tenants.publish("acme", """
                {"adapter":"thief","idempotencyKey":"thief-3","datasetUri":"datasets/../../other/%s.jsonl"}""".formatted(others.sha256()));

        assertThat(rejection("thief-1")).extracting(Violation::getCode).containsExactly("FORBIDDEN");
        assertThat(rejection("thief-2")).extracting(Violation::getCode).containsExactly("NOT_FOUND");
        assertThat(rejection("thief-3")).extracting(Violation::getCode).containsExactly("INVALID_VALUE");
    }

    @Test
    void sameRequestAgainIsTheSameJobAndAnotherContentAConflict() {
        tenants.publish("acme", inline("same", "same-1"));
        TrainingEvent end = end("same-1");
        tenants.publish("acme", inline("same", "same-1"));
        tenants.publish("acme", inline("different", "same-1"));

        assertThat(rejection("same-1")).extracting(Violation::getCode).containsExactly("CONFLICT");

        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasAccepted)
                .hasSize(2)
                .allMatch(event -> event.getSequence() == 1);
        assertThat(trainer.assignments())
                .filteredOn(a -> a.getJob().equals(end.getJob()))
                .hasSize(1);
    }

    @Test
    void runningJobIsCancelledOverKafkaByItsTenantAlone() {
        tenants.publish("acme", inline("hold-cancel", "cancel-1"));
        String job = tenants.await(event -> event.getIdempotencyKey().equals("cancel-1") && event.hasStarted())
                .getJob();

        tenants.cancel("other", job);
        tenants.await(event -> event.getTenant().equals("other")
                && event.hasRejected()
                && event.getRejected().getViolations(0).getCode().equals("NOT_FOUND"));
        assertThat(facts(job)).doesNotContain(FactCase.CANCELLED);
        tenants.cancel("acme", job);

        assertThat(end("cancel-1").getCancelled().getBy()).isEqualTo("tenant");
    }

    @Test
    void requestsThatNeedTheAbsentStoreWaitWhileOthersGoOn() {
        DatasetAddress known = registry.datasets().put(ACME, "{\"text\":\"known\"}\n".getBytes(StandardCharsets.UTF_8));
        storeAway.set(true);
        try {
            tenants.publish("acme", inline("patient", "patient-1"));
            tenants.publish("acme", """
                    {"adapter":"prompt","idempotencyKey":"prompt-1","datasetUri":"%s"}""".formatted(known.relative()));

            assertThat(end("prompt-1").hasSucceeded()).isTrue();
            assertThat(tenants.events())
                    .noneMatch(event -> event.getIdempotencyKey().equals("patient-1"));
        } finally {
            storeAway.set(false);
        }

        assertThat(end("patient-1").hasSucceeded()).isTrue();
    }

    @Test
    void newLifeOfATrainerEndsTheAttemptsOfTheFormerOneAtOnce() {
        try (ScriptedTrainer first =
                new ScriptedTrainer("t2", backend.bootstrapServers(), Fixture.OTHER_BASE, 1, _ -> Play.HOLD)) {
            tenants.publish(
                    "acme", inline("lives", "lives-1").replace("{\"adapter\"", "{\"baseModel\":\"small\",\"adapter\""));
            tenants.awaitThat(() -> first.assignments().stream()
                    .anyMatch(a -> a.getRequest().getAdapter().equals("lives")));
        }
        try (ScriptedTrainer second =
                new ScriptedTrainer("t2", backend.bootstrapServers(), Fixture.OTHER_BASE, 1, _ -> Play.SUCCEED)) {
            TrainingEvent end = end("lives-1");

            assertThat(end.getSucceeded().getAttempt()).isEqualTo(2);
            assertThat(second.assignments()).extracting(Assignment::getAttempt).contains(2);
        }
    }
}
