package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.Accepted;
import dev.lorikeet.proto.training.v1.Cancelled;
import dev.lorikeet.proto.training.v1.Checkpointed;
import dev.lorikeet.proto.training.v1.DeadLetter;
import dev.lorikeet.proto.training.v1.Queued;
import dev.lorikeet.proto.training.v1.Rejected;
import dev.lorikeet.proto.training.v1.Started;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.scheduler.decision.Message;
import dev.lorikeet.scheduler.decision.Message.Fact;
import dev.lorikeet.scheduler.request.TrainingSpec.Dataset;
import dev.lorikeet.tenancy.JobId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Events for tenants, from the core. */
public final class EventMapper {
    private static final Pattern DIGEST = Pattern.compile("([0-9a-f]{64})\\.jsonl$");

    private EventMapper() {}

    /** The event as tenants read it. */
    public static TrainingEvent toProto(Message.Event event) {
        TrainingEvent.Builder told = TrainingEvent.newBuilder()
                .setJob(event.about().job().map(JobId::value).orElse(""))
                .setTenant(event.about().tenant().value())
                .setAdapter(event.about().adapter())
                .setTime(OutcomeMapper.time(event.time()))
                .setSequence(event.sequence())
                .setIdempotencyKey(event.about().idempotencyKey());
        switch (event.fact()) {
            case Fact.Accepted accepted -> told.setAccepted(accepted(accepted));
            case Fact.Rejected rejected -> told.setRejected(rejected(rejected));
            case Fact.Queued queued ->
                told.setQueued(Queued.newBuilder()
                        .setAttemptsUsed(queued.attemptsUsed())
                        .setReason(queued.reason()));
            case Fact.Started started ->
                told.setStarted(Started.newBuilder()
                        .setAttempt(started.attempt())
                        .setTrainer(started.trainer())
                        .setResumedFromStep(started.resumedFromStep())
                        .setDataset(OutcomeMapper.dataset(started.dataset())));
            case Fact.Advanced advanced -> told.setProgress(OutcomeMapper.progress(advanced.progress()));
            case Fact.Checkpointed checkpointed ->
                told.setCheckpointed(Checkpointed.newBuilder()
                        .setAttempt(checkpointed.attempt())
                        .setStep(checkpointed.step()));
            case Fact.Succeeded succeeded -> told.setSucceeded(OutcomeMapper.outcome(succeeded.outcome()));
            case Fact.Failed failed -> told.setFailed(OutcomeMapper.failure(failed.failure()));
            case Fact.Cancelled cancelled ->
                told.setCancelled(Cancelled.newBuilder().setBy(cancelled.by()));
        }
        return told.build();
    }

    /** A dead letter, its key and value yet to be filled in. */
    public static DeadLetter.Builder toProto(Message.DeadLetter letter) {
        return DeadLetter.newBuilder()
                .setTopic(letter.origin().topic())
                .setPartition(letter.origin().partition())
                .setOffset(letter.origin().offset())
                .setCode(letter.code().name())
                .setReason(letter.reason())
                .setTime(OutcomeMapper.time(letter.time()));
    }

    private static Accepted accepted(Fact.Accepted accepted) {
        TrainingRequest resolved = RequestMapper.toProto(accepted.resolved());
        String digest = accepted.resolved().dataset() instanceof Dataset.Uri uri ? digest(uri.uri()) : "";
        return Accepted.newBuilder()
                .setResolved(resolved)
                .setDatasetSha256(digest)
                .build();
    }

    private static String digest(String uri) {
        Matcher matcher = DIGEST.matcher(uri);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static Rejected rejected(Fact.Rejected rejected) {
        Rejected.Builder all = Rejected.newBuilder();
        rejected.violations()
                .forEach(violation -> all.addViolationsBuilder()
                        .setCode(violation.code().name())
                        .setField(violation.field())
                        .setReason(violation.reason()));
        return all.build();
    }
}
