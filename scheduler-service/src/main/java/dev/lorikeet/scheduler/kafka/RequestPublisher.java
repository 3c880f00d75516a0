package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.MessageLite;
import dev.lorikeet.proto.training.v1.CancelJobRequest;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.scheduler.protobuf.RequestReader;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Publishes requests of gRPC callers as tenants do, and waits for the scheduler's decision. Safe for many threads. */
public final class RequestPublisher implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;
    private final EventFeed feed;

    public RequestPublisher(KafkaSettings settings, EventFeed feed) {
        this.producer = settings.producer("requests");
        this.feed = requireNonNull(feed, "feed");
    }

    /** Who asks. */
    public record Caller(TenantId tenant, String authorization) {}

    /**
     * Publishes a request and waits for its acceptance or rejection.
     *
     * @throws TimeoutException if there is no decision in time; the request may still be decided on
     * @throws KafkaException if it could not be published
     */
    public TrainingEvent submit(Caller caller, TrainingRequest request, Duration patience)
            throws TimeoutException, InterruptedException {
        String id = UUID.randomUUID().toString();
        try {
            long deadline = System.nanoTime() + patience.toNanos();
            feed.started().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            var answer = feed.await(id);
            publish(caller, "submit", request, id, patience);
            return answer.get(Math.max(1, (deadline - System.nanoTime()) / 1_000_000), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a decision failed", e.getCause());
        } finally {
            feed.forget(id);
        }
    }

    /**
     * Publishes a cancellation.
     *
     * @throws TimeoutException if Kafka did not take it in time
     * @throws KafkaException if it could not be published
     */
    public void cancel(Caller caller, JobId job, Duration patience) throws TimeoutException, InterruptedException {
        CancelJobRequest request =
                CancelJobRequest.newBuilder().setJob(job.value()).build();
        publish(caller, "cancel", request, UUID.randomUUID().toString(), patience);
    }

    private void publish(Caller caller, String command, MessageLite body, String id, Duration patience)
            throws TimeoutException, InterruptedException {
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(Topics.REQUESTS, bytes(caller.tenant().value()), body.toByteArray());
        message.headers()
                .add(Topics.AUTHORIZATION, bytes(caller.authorization()))
                .add(Topics.CONTENT_TYPE, bytes(RequestReader.PROTOBUF))
                .add(Topics.COMMAND, bytes(command))
                .add(Topics.REQUEST_ID, bytes(id));
        try {
            producer.send(message).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
