package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.Job;
import dev.lorikeet.proto.training.v1.JobState;
import dev.lorikeet.scheduler.job.Attempt;

/** Jobs for tenants, from the core. */
public final class JobMapper {
    private JobMapper() {}

    /** The job as it stands. */
    public static Job toProto(dev.lorikeet.scheduler.job.Job job) {
        Job.Builder shown = Job.newBuilder()
                .setId(job.id().value())
                .setAdapter(job.acceptance().spec().adapter())
                .setRequest(RequestMapper.toProto(job.acceptance().spec()))
                .setAttempts(job.track().attempts())
                .setAcceptedAt(OutcomeMapper.time(job.acceptance().at()))
                .setUpdatedAt(OutcomeMapper.time(job.track().updatedAt()));
        job.track().progress().ifPresent(progress -> shown.setProgress(OutcomeMapper.progress(progress)));
        job.state().openAttempt().map(Attempt::on).ifPresent(life -> shown.setTrainer(life.trainer()));
        switch (job.state()) {
            case dev.lorikeet.scheduler.job.JobState.Queued queued ->
                shown.setState(JobState.JOB_STATE_QUEUED).setReason(queued.reason());
            case dev.lorikeet.scheduler.job.JobState.Running _ -> shown.setState(JobState.JOB_STATE_RUNNING);
            case dev.lorikeet.scheduler.job.JobState.Cancelling cancelling ->
                shown.setState(JobState.JOB_STATE_CANCELLING).setReason("cancelled by " + cancelling.by());
            case dev.lorikeet.scheduler.job.JobState.Succeeded succeeded ->
                shown.setState(JobState.JOB_STATE_SUCCEEDED)
                        .setVersion(succeeded.outcome().version())
                        .setRevision(succeeded.outcome().revision());
            case dev.lorikeet.scheduler.job.JobState.Failed failed ->
                shown.setState(JobState.JOB_STATE_FAILED)
                        .setReason(failed.failure().reason())
                        .setFailureKind(OutcomeMapper.kind(failed.failure().kind()));
            case dev.lorikeet.scheduler.job.JobState.Cancelled cancelled ->
                shown.setState(JobState.JOB_STATE_CANCELLED).setReason("cancelled by " + cancelled.by());
        }
        return shown.build();
    }
}
