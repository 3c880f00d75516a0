package dev.lorikeet.scheduler.protobuf;

import com.google.protobuf.Duration;
import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.trainer.v1.AttemptRef;
import dev.lorikeet.proto.trainer.v1.Cancellation;
import dev.lorikeet.proto.trainer.v1.LeaseExtension;
import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.proto.trainer.v1.TrainerReady;
import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.Command.Report;
import dev.lorikeet.scheduler.decision.Message;
import dev.lorikeet.scheduler.decision.Message.Instruction;
import dev.lorikeet.scheduler.decision.Observation.Capacity;
import dev.lorikeet.scheduler.job.AttemptId;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.tenancy.JobId;
import java.util.Optional;
import java.util.Set;

/** What trainers say, to the core; what they are told, from it. */
public final class TrainerMapper {
    private TrainerMapper() {}

    /**
     * A report.
     *
     * @throws IllegalArgumentException if it names no trainer, no attempt, or says nothing
     */
    public static Command.TrainerReported toCommand(TrainerReport report) {
        return new Command.TrainerReported(
                new TrainerLife(report.getTrainer(), report.getIncarnation()),
                switch (report.getReportCase()) {
                    case READY -> new Report.Ready(capacity(report.getReady()));
                    case HEARTBEAT ->
                        new Report.Heartbeat(
                                report.getHeartbeat().getRunningList().stream()
                                        .map(TrainerMapper::attempt)
                                        .toList(),
                                report.getHeartbeat().hasCapacity()
                                        ? Optional.of(
                                                capacity(report.getHeartbeat().getCapacity()))
                                        : Optional.empty());
                    case STOPPING -> new Report.Stopping();
                    case STARTED ->
                        new Report.Started(
                                attempt(report.getStarted().getAttempt()),
                                report.getStarted().getResumedFromStep(),
                                OutcomeMapper.dataset(report.getStarted().getDataset()));
                    case PROGRESS -> {
                        AttemptId attempt = attempt(report.getProgress().getAttempt());
                        yield new Report.Advanced(
                                attempt,
                                OutcomeMapper.progress(report.getProgress().getProgress(), attempt.number()));
                    }
                    case CHECKPOINTED ->
                        new Report.Checkpointed(
                                attempt(report.getCheckpointed().getAttempt()),
                                report.getCheckpointed().getStep());
                    case SUCCEEDED -> {
                        AttemptId attempt = attempt(report.getSucceeded().getAttempt());
                        yield new Report.Succeeded(
                                attempt,
                                OutcomeMapper.outcome(report.getSucceeded().getOutcome(), attempt.number()));
                    }
                    case FAILED -> {
                        AttemptId attempt = attempt(report.getFailed().getAttempt());
                        yield new Report.Failed(
                                attempt,
                                OutcomeMapper.failure(report.getFailed().getFailure(), attempt.number()));
                    }
                    case CANCELLED ->
                        new Report.Cancelled(attempt(report.getCancelled().getAttempt()));
                    case PREEMPTED ->
                        new Report.Preempted(
                                attempt(report.getPreempted().getAttempt()),
                                report.getPreempted().getStep());
                    case REPORT_NOT_SET -> throw new IllegalArgumentException("the report says nothing");
                });
    }

    private static AttemptId attempt(AttemptRef attempt) {
        return new AttemptId(new JobId(attempt.getJob()), attempt.getAttempt());
    }

    private static Capacity capacity(TrainerReady ready) {
        return new Capacity(Math.max(0, ready.getSlots()), Set.copyOf(ready.getBaseModelsList()));
    }

    /** An order. */
    public static TrainerCommand toProto(Message.Order order) {
        TrainerCommand.Builder command = TrainerCommand.newBuilder()
                .setTrainer(order.to().trainer())
                .setIncarnation(order.to().incarnation());
        switch (order.instruction()) {
            case Instruction.Assign assign ->
                command.setAssign(Assignment.newBuilder()
                        .setJob(assign.job().value())
                        .setAttempt(assign.attempt())
                        .setTenant(assign.tenant().value())
                        .setRequest(RequestMapper.toProto(assign.spec()))
                        .setLease(duration(assign.lease())));
            case Instruction.Cancel cancel ->
                command.setCancel(Cancellation.newBuilder()
                        .setJob(cancel.job().value())
                        .setAttempt(cancel.attempt())
                        .setReason(cancel.reason()));
            case Instruction.Extend extend ->
                command.setExtend(LeaseExtension.newBuilder()
                        .setJob(extend.job().value())
                        .setAttempt(extend.attempt())
                        .setLease(duration(extend.lease())));
        }
        return command.build();
    }

    private static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
