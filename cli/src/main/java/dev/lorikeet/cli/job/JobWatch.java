package dev.lorikeet.cli.job;

import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.kafka.EventReader;
import dev.lorikeet.cli.terminal.JsonOutput;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.WatchJobRequest;
import dev.lorikeet.proto.training.v1.WatchJobResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Follows one job until it ends. */
final class JobWatch {

    private static final Duration POLL = Duration.ofMillis(250);

    private JobWatch() {}

    /** Shows every event: as a line of JSON, or as progress. */
    static BiConsumer<TrainingEvent, TrackedJob> show(Terminal terminal, String name, boolean json) {
        ProgressLines lines = new ProgressLines(terminal);
        return (event, job) -> {
            if (json) {
                terminal.line(JsonOutput.line(event));
            } else {
                lines.show(name, job);
            }
        };
    }

    /**
     * Follows a job by the scheduler-service's stream.
     *
     * @return the job as it ended, or as it stood when the stream did
     */
    static TrackedJob overGrpc(Services services, String job, BiConsumer<TrainingEvent, TrackedJob> seen) {
        Iterator<WatchJobResponse> events = services.jobs()
                .watchJob(WatchJobRequest.newBuilder().setJob(job).build());
        TrackedJob tracked = TrackedJob.requested();
        while (!tracked.state().ended() && events.hasNext()) {
            TrainingEvent event = events.next().getEvent();
            tracked = tracked.after(event);
            seen.accept(event, tracked);
        }
        return tracked;
    }

    /**
     * Follows the job of a request by the events on Kafka.
     *
     * @param reader opened before the request was published
     * @param tenant whose request it is, if known
     * @param idempotencyKey the request's
     */
    static TrackedJob overKafka(
            EventReader reader,
            Optional<String> tenant,
            String idempotencyKey,
            BiConsumer<TrainingEvent, TrackedJob> seen) {
        TrackedJob tracked = TrackedJob.requested();
        while (!tracked.state().ended()) {
            for (TrainingEvent event : reader.poll(POLL)) {
                boolean ours = tracked.job().isEmpty()
                        ? event.getIdempotencyKey().equals(idempotencyKey)
                                && tenant.map(name -> name.equals(event.getTenant()))
                                        .orElse(true)
                        : event.getJob().equals(tracked.job());
                if (ours) {
                    tracked = tracked.after(event);
                    seen.accept(event, tracked);
                }
            }
        }
        return tracked;
    }
}
