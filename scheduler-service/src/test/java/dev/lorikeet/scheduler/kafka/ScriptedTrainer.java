package dev.lorikeet.scheduler.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.trainer.v1.AttemptCancelled;
import dev.lorikeet.proto.trainer.v1.AttemptCheckpointed;
import dev.lorikeet.proto.trainer.v1.AttemptFailed;
import dev.lorikeet.proto.trainer.v1.AttemptProgress;
import dev.lorikeet.proto.trainer.v1.AttemptRef;
import dev.lorikeet.proto.trainer.v1.AttemptStarted;
import dev.lorikeet.proto.trainer.v1.AttemptSucceeded;
import dev.lorikeet.proto.trainer.v1.Heartbeat;
import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.proto.trainer.v1.TrainerReady;
import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.proto.training.v1.DatasetUse;
import dev.lorikeet.proto.training.v1.Failed;
import dev.lorikeet.proto.training.v1.FailureKind;
import dev.lorikeet.proto.training.v1.Progress;
import dev.lorikeet.proto.training.v1.Succeeded;
import dev.lorikeet.proto.training.v1.Validation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Speaks a trainer's protocol over Kafka, and does with each assignment what the test says. */
public final class ScriptedTrainer implements AutoCloseable {
    /** What it does with an assignment. */
    public enum Play {
        /** Trains in three steps, with a checkpoint, and publishes version 1. */
        SUCCEED,
        /** Starts and then only lives. */
        HOLD,
        /** Fails, as surroundings do. */
        FAIL_TRANSIENT,
        /** Fails for a bad dataset. */
        FAIL_INVALID
    }

    private final String id;
    private final String incarnation = UUID.randomUUID().toString();
    private final KafkaSettings settings;
    private final String baseModel;
    private final int slots;
    private final Function<Assignment, Play> script;
    private final Map<String, Assignment> held = new ConcurrentHashMap<>();
    private final List<Assignment> assignments = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closing;

    public ScriptedTrainer(
            String id, String bootstrapServers, String baseModel, int slots, Function<Assignment, Play> script) {
        this.baseModel = baseModel;
        this.id = id;
        this.settings = Fixture.kafka(bootstrapServers, "trainer-" + id);
        this.slots = slots;
        this.script = script;
        this.thread = Thread.ofPlatform().name("trainer-" + id).start(this::run);
    }

    /** All assignments that it was given, in order. */
    public List<Assignment> assignments() {
        return assignments;
    }

    String incarnation() {
        return incarnation;
    }

    private void run() {
        try (Consumer<byte[], byte[]> orders = settings.reader("orders");
                Producer<byte[], byte[]> reports = settings.producer("reports")) {
            List<TopicPartition> partitions = new ArrayList<>();
            orders.partitionsFor(Topics.ASSIGNMENTS)
                    .forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
            orders.assign(partitions);
            orders.seekToEnd(partitions);
            partitions.forEach(orders::position);
            send(reports, report().setReady(ready()));
            long nextBeat = 0;
            while (!closing) {
                for (ConsumerRecord<byte[], byte[]> message : orders.poll(Duration.ofMillis(50))) {
                    TrainerCommand command = TrainerCommand.parseFrom(message.value());
                    if (command.getTrainer().equals(id)
                            && command.getIncarnation().equals(incarnation)) {
                        obey(command, reports);
                    }
                }
                if (System.nanoTime() > nextBeat) {
                    nextBeat = System.nanoTime() + 500_000_000L;
                    Heartbeat.Builder beat = Heartbeat.newBuilder().setCapacity(ready());
                    held.values().forEach(assignment -> beat.addRunning(ref(assignment)));
                    send(reports, report().setHeartbeat(beat));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void obey(TrainerCommand command, Producer<byte[], byte[]> reports) {
        switch (command.getCommandCase()) {
            case ASSIGN -> {
                assignments.add(command.getAssign());
                play(command.getAssign(), reports);
            }
            case CANCEL -> {
                Assignment stopped = held.remove(
                        command.getCancel().getJob() + "/" + command.getCancel().getAttempt());
                if (stopped != null) {
                    send(
                            reports,
                            report().setCancelled(AttemptCancelled.newBuilder().setAttempt(ref(stopped))));
                }
            }
            case PREEMPT, EXTEND, COMMAND_NOT_SET -> {}
        }
    }

    private void play(Assignment assignment, Producer<byte[], byte[]> reports) {
        AttemptRef ref = ref(assignment);
        send(
                reports,
                report().setStarted(AttemptStarted.newBuilder()
                        .setAttempt(ref)
                        .setDataset(DatasetUse.newBuilder()
                                .setExamples(7)
                                .setUnlabelled(1)
                                .addUnlabelledLines(3))));
        switch (script.apply(assignment)) {
            case HOLD -> held.put(assignment.getJob() + "/" + assignment.getAttempt(), assignment);
            case FAIL_TRANSIENT -> fail(reports, ref, FailureKind.FAILURE_KIND_TRANSIENT);
            case FAIL_INVALID -> fail(reports, ref, FailureKind.FAILURE_KIND_INVALID_INPUT);
            case SUCCEED -> {
                for (int step = 1; step <= 3; step++) {
                    send(
                            reports,
                            report().setProgress(AttemptProgress.newBuilder()
                                    .setAttempt(ref)
                                    .setProgress(Progress.newBuilder()
                                            .setAttempt(ref.getAttempt())
                                            .setStep(step)
                                            .setTotalSteps(3)
                                            .setLoss(3.0 - step)
                                            .putRanks("q_proj", step)
                                            .setValidation(Validation.newBuilder()
                                                    .setStep(step)
                                                    .setLoss(2.5)
                                                    .setBestStep(1)
                                                    .setBestLoss(2)
                                                    .setAccuracy(0.75)))));
                }
                send(
                        reports,
                        report().setCheckpointed(AttemptCheckpointed.newBuilder()
                                .setAttempt(ref)
                                .setStep(3)));
                send(
                        reports,
                        report().setSucceeded(AttemptSucceeded.newBuilder()
                                .setAttempt(ref)
                                .setOutcome(Succeeded.newBuilder()
                                        .setAttempt(ref.getAttempt())
                                        .setVersion(1)
                                        .setRevision("ab".repeat(32))
                                        .setSteps(3))));
            }
        }
    }

    private void fail(Producer<byte[], byte[]> reports, AttemptRef ref, FailureKind kind) {
        send(
                reports,
                report().setFailed(AttemptFailed.newBuilder()
                        .setAttempt(ref)
                        .setFailure(Failed.newBuilder()
                                .setAttempt(ref.getAttempt())
                                .setKind(kind)
                                .setReason("as the script says"))));
    }

    private TrainerReady ready() {
        return TrainerReady.newBuilder()
                .setSlots(slots)
                .addBaseModels(baseModel)
                .setDevice("cpu")
                .build();
    }

    private static AttemptRef ref(Assignment assignment) {
        return AttemptRef.newBuilder()
                .setJob(assignment.getJob())
                .setAttempt(assignment.getAttempt())
                .build();
    }

    private TrainerReport.Builder report() {
        return TrainerReport.newBuilder().setTrainer(id).setIncarnation(incarnation);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a lost report shows in the test
    private void send(Producer<byte[], byte[]> reports, TrainerReport.Builder report) {
        reports.send(new ProducerRecord<>(
                Topics.REPORTS,
                id.getBytes(StandardCharsets.UTF_8),
                report.build().toByteArray()));
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
