package dev.lorikeet.e2e;

import com.google.protobuf.ByteString;
import dev.lorikeet.proto.adapter.v1.AdapterServiceGrpc;
import dev.lorikeet.proto.inference.v1.ChatMessage;
import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.ClassifyResponse;
import dev.lorikeet.proto.inference.v1.Conversation;
import dev.lorikeet.proto.inference.v1.EncoderInput;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.Image;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import dev.lorikeet.proto.training.v1.JobServiceGrpc;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** One tenant's hands: publishes on Kafka as a foreign producer would, and calls over gRPC. */
final class Tenant implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String REQUESTS = "lorikeet.training.requests";

    private final TenantId id;
    private final String authorization;
    private final KafkaProducer<String, byte[]> producer;
    private final ManagedChannel serving;
    private final ManagedChannel scheduler;

    Tenant(
            TenantId id,
            String authorization,
            String bootstrapServers,
            ManagedChannel serving,
            ManagedChannel scheduler) {
        this.id = id;
        this.authorization = authorization;
        this.serving = serving;
        this.scheduler = scheduler;
        this.producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    TenantId id() {
        return id;
    }

    /** Publishes a request as JSON; returns the job that it becomes. */
    String publish(String idempotencyKey, String json) throws InterruptedException {
        publishRaw(json.getBytes(StandardCharsets.UTF_8), authorization);
        return JobId.derive(id, idempotencyKey).value();
    }

    /** Publishes whatever bytes, with whatever credential. */
    void publishRaw(byte[] value, String credential) throws InterruptedException {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(REQUESTS, id.value(), value);
        record.headers().add("authorization", credential.getBytes(StandardCharsets.UTF_8));
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new AssertionError("the request was not published", e);
        }
    }

    /** Asks something, to be answered greedily. */
    GenerateResponse ask(String model, String question) {
        return inference().generate(request(model, question).build());
    }

    /** Asks something about a PNG. */
    GenerateResponse ask(String model, String question, byte[] picture) {
        return inference()
                .generate(request(model, question)
                        .setImage(Image.newBuilder()
                                .setData(ByteString.copyFrom(picture))
                                .setMediaType("image/png"))
                        .build());
    }

    private static GenerateRequest.Builder request(String model, String question) {
        return GenerateRequest.newBuilder()
                .setModel(model)
                .setConversation(Conversation.newBuilder()
                        .addMessages(ChatMessage.newBuilder().setRole("user").setContent(question)))
                .setMaxTokens(12);
    }

    InferenceServiceGrpc.InferenceServiceBlockingStub inference() {
        return authorized(InferenceServiceGrpc.newBlockingStub(serving));
    }

    /** Asks for the labels of texts. */
    ClassifyResponse classify(String model, String... texts) {
        ClassifyRequest.Builder request = ClassifyRequest.newBuilder().setModel(model);
        for (String text : texts) {
            request.addInputs(EncoderInput.newBuilder().setText(text));
        }
        return authorized(EncoderServiceGrpc.newBlockingStub(serving)).classify(request.build());
    }

    AdapterServiceGrpc.AdapterServiceBlockingStub adapters() {
        return authorized(AdapterServiceGrpc.newBlockingStub(serving));
    }

    JobServiceGrpc.JobServiceBlockingStub jobs() {
        return authorized(JobServiceGrpc.newBlockingStub(scheduler));
    }

    private <S extends AbstractStub<S>> S authorized(S stub) {
        Metadata metadata = new Metadata();
        metadata.put(AUTHORIZATION, authorization);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        producer.close();
    }
}
