package dev.lorikeet.trainer.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.proto.training.v1.Hyperparameters;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.Command;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.Order;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.MethodReader;
import java.time.Duration;

/** Reads the scheduler's orders: the one mapper from the wire to the core. */
final class OrderReader {
    private final String bucket;

    /** A reader for datasets in that bucket. */
    OrderReader(String bucket) {
        this.bucket = bucket;
    }

    /**
     * Reads one record's value.
     *
     * @throws UnreadableOrder if it is no order that can be answered
     */
    Command.Obey read(byte[] value) throws UnreadableOrder {
        TrainerCommand command;
        try {
            command = TrainerCommand.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new UnreadableOrder("is no TrainerCommand", e);
        }
        try {
            return new Command.Obey(new Identity(command.getTrainer(), command.getIncarnation()), order(command));
        } catch (IllegalArgumentException e) {
            throw new UnreadableOrder(String.valueOf(e.getMessage()), e);
        }
    }

    private Order order(TrainerCommand command) {
        return switch (command.getCommandCase()) {
            case ASSIGN -> assign(command.getAssign());
            case CANCEL ->
                new Order.Cancel(
                        key(command.getCancel().getJob(), command.getCancel().getAttempt()));
            case PREEMPT ->
                new Order.Preempt(
                        key(command.getPreempt().getJob(), command.getPreempt().getAttempt()));
            case EXTEND ->
                new Order.Extend(
                        key(command.getExtend().getJob(), command.getExtend().getAttempt()),
                        duration(command.getExtend().getLease()));
            case COMMAND_NOT_SET ->
                throw new IllegalArgumentException("holds no command, or one that this version does not know");
        };
    }

    private Order assign(dev.lorikeet.proto.trainer.v1.Assignment assignment) {
        AttemptKey key = key(assignment.getJob(), assignment.getAttempt());
        try {
            TenantId tenant = new TenantId(assignment.getTenant());
            return new Order.Assign(
                    new Assignment(key, tenant, job(tenant, assignment.getRequest()), duration(assignment.getLease())));
        } catch (IllegalArgumentException e) {
            return new Order.Refuse(key, "the assignment cannot be run: " + e.getMessage());
        }
    }

    private TrainingJob job(TenantId tenant, TrainingRequest request) {
        return new TrainingJob(
                new AdapterName(request.getAdapter()),
                request.getBaseModel(),
                DatasetAddress.parse(request.getDatasetUri(), bucket, tenant),
                MethodReader.read(request.getMethod(), request.getBaseModel()).withLabels(request.getLabelsList()),
                hyperparameters(request.getHyperparameters()),
                request.getSeed(),
                request.getMetadataMap());
    }

    private static TrainingJob.Hyperparameters hyperparameters(Hyperparameters from) {
        return new TrainingJob.Hyperparameters(
                from.getEpochs(),
                from.getMaxSteps(),
                from.getBatchSize(),
                from.getGradientAccumulationSteps(),
                from.getLearningRate(),
                switch (from.getSchedule()) {
                    case LEARNING_RATE_SCHEDULE_COSINE, LEARNING_RATE_SCHEDULE_UNSPECIFIED ->
                        TrainingJob.Schedule.COSINE;
                    case LEARNING_RATE_SCHEDULE_CONSTANT -> TrainingJob.Schedule.CONSTANT;
                    case LEARNING_RATE_SCHEDULE_LINEAR -> TrainingJob.Schedule.LINEAR;
                    case UNRECOGNIZED ->
                        throw new IllegalArgumentException("hyperparameters.schedule is one that this version does not"
                                + " know: " + from.getScheduleValue());
                },
                from.hasWarmupSteps() ? from.getWarmupSteps() : -1,
                from.hasWeightDecay() ? from.getWeightDecay() : 0.01,
                from.hasMaxGradientNorm() ? from.getMaxGradientNorm() : 1.0,
                from.getMaxSequenceLength(),
                from.getCheckpointEverySteps(),
                from.getReportEverySteps(),
                from.getGradientCheckpointing(),
                from.getPacking(),
                new TrainingJob.Validation(
                        from.getValidationSplit(), from.getEvaluateEverySteps(), from.getEarlyStoppingPatience()));
    }

    private static AttemptKey key(String job, int attempt) {
        return new AttemptKey(new JobId(job), attempt);
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }

    /** A record that is no order, or one that nobody could be told about. */
    static final class UnreadableOrder extends Exception {
        UnreadableOrder(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
