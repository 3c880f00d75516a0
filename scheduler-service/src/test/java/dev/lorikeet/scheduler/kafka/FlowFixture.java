package dev.lorikeet.scheduler.kafka;

import dev.lorikeet.proto.trainer.v1.Assignment;
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
import org.junit.jupiter.api.TestInstance;

/** A scheduler on a real broker and store, with tenants and a trainer; one for all tests of a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FlowFixture {
    static final TenantId ACME = new TenantId("acme");

    Backend backend;

    Registry registry;

    Scheduler scheduler;

    Tenants tenants;

    ScriptedTrainer trainer;

    final AtomicBoolean storeAway = new AtomicBoolean();

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
    void prepareTopics() throws InterruptedException {
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

    DatasetStore switched(DatasetStore real) {
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
    Play play(Assignment assignment) {
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

    void publish(String adapter, JobId job) {
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

    static String inline(String adapter, String key) {
        return """
                {"adapter":"%s","idempotencyKey":"%s","inlineExamples":{"lines":["{\\"text\\":\\"hello\\"}"]}}""".formatted(adapter, key);
    }

    TrainingEvent end(String key) {
        return tenants.await(event -> event.getIdempotencyKey().equals(key) && isFinal(event));
    }

    static boolean isFinal(TrainingEvent event) {
        return switch (event.getFactCase()) {
            case SUCCEEDED, FAILED, CANCELLED -> true;
            case ACCEPTED, REJECTED, QUEUED, STARTED, PROGRESS, CHECKPOINTED, FACT_NOT_SET -> false;
        };
    }

    List<Violation> rejection(String key) {
        return tenants.await(event -> event.getIdempotencyKey().equals(key) && event.hasRejected())
                .getRejected()
                .getViolationsList();
    }

    List<FactCase> facts(String job) {
        return tenants.eventsOf(job).stream().map(TrainingEvent::getFactCase).toList();
    }
}
