package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import dev.lorikeet.proto.adapter.v1.AdapterEvent;
import dev.lorikeet.proto.adapter.v1.AdapterServiceGrpc;
import dev.lorikeet.proto.adapter.v1.AliasTarget;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterRequest;
import dev.lorikeet.proto.adapter.v1.DeleteVersionRequest;
import dev.lorikeet.proto.adapter.v1.GetAdapterRequest;
import dev.lorikeet.proto.adapter.v1.ListAdaptersRequest;
import dev.lorikeet.proto.adapter.v1.ListVersionsRequest;
import dev.lorikeet.proto.adapter.v1.SetAliasRequest;
import dev.lorikeet.proto.adapter.v1.Version;
import dev.lorikeet.proto.inference.v1.ChatMessage;
import dev.lorikeet.proto.inference.v1.Conversation;
import dev.lorikeet.proto.inference.v1.FinishReason;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.GenerateStreamResponse;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import dev.lorikeet.proto.inference.v1.Sampling;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.proto.AdapterMessages;
import dev.lorikeet.serving.loop.AdapterPool;
import dev.lorikeet.serving.loop.Inference;
import dev.lorikeet.serving.tiny.TinyAdapter;
import dev.lorikeet.serving.tiny.TinyModel;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole service over gRPC, on a real broker, a real store and a tiny model. */
@QuarkusTest
@QuarkusTestResource(Surroundings.class)
@Timeout(120)
@SuppressWarnings("NullAway.Init") // Quarkus and connect() fill the fields in.
class ServingGrpcTest {
    private static final String UNKNOWN = "unknown";

    @TestHTTPResource("/")
    URL service;

    @ConfigProperty(name = "lorikeet.kafka.bootstrap-servers")
    String kafka;

    @ConfigProperty(name = "test.key.acme")
    String acmeKey;

    @ConfigProperty(name = "test.key.globex")
    String globexKey;

    @Inject
    Adapters adapters;

    @Inject
    Inference inference;

    @Inject
    AdapterPool pool;

    @Inject
    BaseModelRef base;

    private ManagedChannel channel;
    private InferenceServiceGrpc.InferenceServiceBlockingStub acme;
    private InferenceServiceGrpc.InferenceServiceBlockingStub globex;
    private AdapterServiceGrpc.AdapterServiceBlockingStub acmeAdapters;

    @BeforeEach
    void connect() {
        channel = ManagedChannelBuilder.forAddress("localhost", service.getPort())
                .usePlaintext()
                .build();
        acme = InferenceServiceGrpc.newBlockingStub(channel).withInterceptors(as(acmeKey));
        globex = InferenceServiceGrpc.newBlockingStub(channel).withInterceptors(as(globexKey));
        acmeAdapters = AdapterServiceGrpc.newBlockingStub(channel).withInterceptors(as(acmeKey));
    }

    @AfterEach
    void everythingIsGivenBack() throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(10, TimeUnit.SECONDS);
        eventually(() -> inference.calls() == 0 && pool.leases() == 0);
    }

    @Test
    void noCredentialAndAWrongOneAreTurnedAway() {
        InferenceServiceGrpc.InferenceServiceBlockingStub nobody = InferenceServiceGrpc.newBlockingStub(channel);

        assertThat(failure(() -> nobody.generate(prompt("", "hi", 1)))).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(failure(() -> nobody.withInterceptors(as("Bearer wrong")).generate(prompt("", "hi", 1))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(failure(() -> AdapterServiceGrpc.newBlockingStub(channel)
                        .listAdapters(ListAdaptersRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void healthAndReflectionNeedNoCredential() {
        assertThat(HealthGrpc.newBlockingStub(channel)
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
        assertThat(reflectedServices())
                .contains("lorikeet.inference.v1.InferenceService", "lorikeet.adapter.v1.AdapterService");
    }

    @Test
    void streamEqualsTheWholeAnswer() {
        TinyAdapter.publish(adapters, Surroundings.ACME, new AdapterName("stream"), base, 3);
        GenerateRequest request = prompt("stream", "hello there", 60);

        GenerateResponse whole = acme.generate(request);
        List<GenerateStreamResponse> pieces = new ArrayList<>();
        acme.generateStream(request).forEachRemaining(pieces::add);

        StringBuilder text = new StringBuilder();
        pieces.forEach(piece -> text.append(piece.getText()));
        GenerateStreamResponse last = pieces.getLast();
        assertThat(text.toString()).isEqualTo(whole.getText()).isNotEmpty();
        assertThat(pieces).hasSizeGreaterThan(2);
        assertThat(pieces.getFirst().getAdapter()).isEqualTo(whole.getAdapter());
        assertThat(last.getAdapter()).isEqualTo(whole.getAdapter());
        assertThat(last.getUsage()).isEqualTo(whole.getUsage());
        assertThat(last.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
        assertThat(whole.getAdapter().getVersion()).isEqualTo(1);
        assertThat(whole.getAdapter().getRevision()).hasSize(64);
    }

    @Test
    void conversationIsAnsweredByTheBaseModelUnderItsName() {
        GenerateResponse answer = acme.generate(GenerateRequest.newBuilder()
                .setModel(TinyModel.NAME)
                .setConversation(Conversation.newBuilder()
                        .addMessages(ChatMessage.newBuilder().setRole("user").setContent("hello")))
                .setMaxTokens(5)
                .build());

        assertThat(answer.hasAdapter()).isFalse();
        assertThat(answer.getUsage().getCompletionTokens()).isBetween(1, 5);
    }

    @Test
    void badRequestNamesTheFieldAtFault() {
        Map<String, GenerateRequest> bad = Map.of(
                "model", prompt("..", "hi", 1),
                "input", GenerateRequest.newBuilder().build(),
                "max_tokens", prompt("", "hi", -1),
                "prompt", prompt("", "", 1),
                "stop[0]", prompt("", "hi", 1).toBuilder().addStop("").build(),
                "sampling.temperature", sampling(Sampling.newBuilder().setTemperature(Double.NaN)),
                "sampling.top_p", sampling(Sampling.newBuilder().setTopP(1.5)),
                "sampling.top_k", sampling(Sampling.newBuilder().setTopK(-1)),
                "sampling.repetition_penalty", sampling(Sampling.newBuilder().setRepetitionPenalty(0)),
                "conversation.messages[0].role",
                        GenerateRequest.newBuilder()
                                .setConversation(Conversation.newBuilder()
                                        .addMessages(ChatMessage.newBuilder().setRole("root")))
                                .build());

        bad.forEach((field, request) -> {
            StatusRuntimeException failure =
                    catchThrowableOfType(StatusRuntimeException.class, () -> acme.generate(request));
            assertThat(failure.getStatus().getCode()).as(field).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(violatedField(failure)).isEqualTo(field);
        });
    }

    @Test
    void namesThatCouldLeaveAFolderAreInvalidEverywhere() {
        for (String name : List.of("..", "../globex", "/etc", "a/b", "a\u0000b", "Ａ", "a\u202eb", "a".repeat(64))) {
            assertThat(failure(() -> acme.generate(prompt(name, "hi", 1))))
                    .as(name)
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(failure(() -> acmeAdapters.getAdapter(
                            GetAdapterRequest.newBuilder().setAdapter(name).build())))
                    .as(name)
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(failure(() -> acmeAdapters.deleteAdapter(
                            DeleteAdapterRequest.newBuilder().setAdapter(name).build())))
                    .as(name)
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void tenantReachesOnlyItsOwnAdapters() {
        TinyAdapter.publish(adapters, Surroundings.ACME, new AdapterName("secret"), base, 4);
        AdapterServiceGrpc.AdapterServiceBlockingStub globexAdapters =
                AdapterServiceGrpc.newBlockingStub(channel).withInterceptors(as(globexKey));

        assertThat(acme.generate(prompt("secret", "hi", 1)).getAdapter().getName())
                .isEqualTo("secret");
        assertThat(failure(() -> globex.generate(prompt("secret", "hi", 1)))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(failure(() -> globexAdapters.getAdapter(
                        GetAdapterRequest.newBuilder().setAdapter("secret").build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(globexAdapters
                        .listAdapters(ListAdaptersRequest.getDefaultInstance())
                        .getAdaptersList())
                .noneMatch(adapter -> adapter.getName().equals("secret"));
        assertThatCode(() -> globexAdapters.deleteAdapter(
                        DeleteAdapterRequest.newBuilder().setAdapter("secret").build()))
                .doesNotThrowAnyException();
        assertThat(acme.generate(prompt("secret", "hi", 1)).getAdapter().getVersion())
                .isEqualTo(1);
    }

    @Test
    void cancelledCallsFreeTheirSlots() throws Exception {
        List<Future<GenerateResponse>> unary = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            unary.add(InferenceServiceGrpc.newFutureStub(channel)
                    .withInterceptors(as(acmeKey))
                    .generate(prompt("", "hello", 240)));
        }
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> acme.generateStream(prompt("", "hello", 240)).next());
        unary.forEach(call -> call.cancel(true));
        context.cancel(null);

        eventually(() -> inference.calls() == 0);
        assertThat(acme.generate(prompt("", "hello", 2)).getUsage().getCompletionTokens())
                .isEqualTo(2);
    }

    @Test
    void passedDeadlineIsTold() {
        assertThat(failure(
                        () -> acme.withDeadlineAfter(1, TimeUnit.MILLISECONDS).generate(prompt("", "hello", 240))))
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void tooManyCallsOfOneTenantAreShedAndOthersGoOn() throws InterruptedException {
        List<CompletableFuture<Status.Code>> calls = new ArrayList<>();
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> {
            for (int i = 0; i < 60; i++) {
                calls.add(generateAsync(prompt("", "hello", 240)));
            }
        });
        assertThat(globex.generate(prompt("", "hi", 2)).getUsage().getCompletionTokens())
                .isEqualTo(2);
        eventually(() -> calls.stream().filter(CompletableFuture::isDone).count() >= 40);
        context.cancel(null);

        List<Status.Code> codes = calls.stream().map(CompletableFuture::join).toList();
        assertThat(codes).contains(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(codes).isSubsetOf(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED, Status.Code.OK);
    }

    @Test
    void stalledReaderHoldsUpNobody() {
        Iterator<GenerateStreamResponse> stalled = acme.generateStream(prompt("", "hello", 240));
        stalled.next();

        for (int i = 0; i < 5; i++) {
            assertThat(acme.generate(prompt("", "hello", 10)).getUsage().getCompletionTokens())
                    .isEqualTo(10);
        }
        StringBuilder rest = new StringBuilder();
        stalled.forEachRemaining(piece -> rest.append(piece.getText()));
        assertThat(rest.toString()).isNotEmpty();
    }

    @Test
    void eventOnKafkaSwapsTheRevision() throws Exception {
        AdapterName name = new AdapterName("swapped");
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 1);
        assertThat(acme.generate(prompt("swapped", "hi", 2)).getAdapter().getVersion())
                .isEqualTo(1);
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 2);
        assertThat(acme.generate(prompt("swapped", "hi", 2)).getAdapter().getVersion())
                .isEqualTo(1);

        send(AdapterMessages.event(adapters.state(Surroundings.ACME, name), Instant.now()));

        eventually(() -> acme.generate(prompt("swapped", "hi", 2)).getAdapter().getVersion() == 2);
        assertThat(acme.generate(prompt("swapped@1", "hi", 2)).getAdapter().getVersion())
                .isEqualTo(1);
    }

    @Test
    void aliasesAndVersionsAreManagedAndAnnounced() throws Exception {
        AdapterName name = new AdapterName("managed");
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 1);
        TinyAdapter.publish(adapters, Surroundings.ACME, name, base, 2);
        assertThat(acmeAdapters
                        .listVersions(ListVersionsRequest.newBuilder()
                                .setAdapter("managed")
                                .build())
                        .getVersionsList())
                .extracting(Version::getNumber)
                .containsExactly(2L, 1L);

        acmeAdapters.setAlias(SetAliasRequest.newBuilder()
                .setAdapter("managed")
                .setAlias("production")
                .addTargets(AliasTarget.newBuilder().setVersion(1).setWeight(1))
                .build());
        assertThat(acme.generate(prompt("managed", "hi", 1)).getAdapter().getVersion())
                .isEqualTo(1);
        assertThat(failure(() -> acmeAdapters.deleteVersion(DeleteVersionRequest.newBuilder()
                        .setAdapter("managed")
                        .setVersion(1)
                        .build())))
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(failure(() -> acmeAdapters.setAlias(SetAliasRequest.newBuilder()
                        .setAdapter("managed")
                        .setAlias("production")
                        .addTargets(AliasTarget.newBuilder().setVersion(2).setWeight(1))
                        .setExpectedGeneration(7)
                        .build())))
                .isEqualTo(Status.Code.ABORTED);
        acmeAdapters.deleteVersion(DeleteVersionRequest.newBuilder()
                .setAdapter("managed")
                .setVersion(2)
                .build());
        assertThat(failure(() -> acme.generate(prompt("managed@2", "hi", 1)))).isEqualTo(Status.Code.NOT_FOUND);
        acmeAdapters.deleteAdapter(
                DeleteAdapterRequest.newBuilder().setAdapter("managed").build());
        assertThat(failure(() -> acme.generate(prompt("managed", "hi", 1)))).isEqualTo(Status.Code.NOT_FOUND);

        AdapterEvent.Builder last = AdapterEvent.newBuilder();
        JsonFormat.parser().merge(await("lorikeet.adapter.events", "acme/managed", "\"deleted\":true"), last);
        assertThat(last.getDeleted()).isTrue();
    }

    @Test
    void finishedInferenceIsMetered() throws Exception {
        TinyAdapter.publish(adapters, Surroundings.GLOBEX, new AdapterName("metered"), base, 1);
        GenerateResponse answer = globex.generate(prompt("metered", "hi", 3));

        assertThat(await("lorikeet.usage.events", "globex", "\"adapter\":\"metered\""))
                .contains(
                        "\"tenant\":\"globex\"",
                        "\"version\":1",
                        "\"completionTokens\":3",
                        "\"promptTokens\":" + answer.getUsage().getPromptTokens());
    }

    private CompletableFuture<Status.Code> generateAsync(GenerateRequest request) {
        CompletableFuture<Status.Code> code = new CompletableFuture<>();
        InferenceServiceGrpc.newStub(channel).withInterceptors(as(acmeKey)).generate(request, new StreamObserver<>() {
            @Override
            public void onNext(GenerateResponse answer) {
                // Its end is what counts.
            }

            @Override
            public void onError(Throwable failure) {
                code.complete(Status.fromThrowable(failure).getCode());
            }

            @Override
            public void onCompleted() {
                code.complete(Status.Code.OK);
            }
        });
        return code;
    }

    private List<String> reflectedServices() {
        CompletableFuture<List<String>> names = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        names.complete(response.getListServicesResponse().getServiceList().stream()
                                .map(found -> found.getName())
                                .toList());
                    }

                    @Override
                    public void onError(Throwable failure) {
                        names.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        // The answer came before.
                    }
                });
        requests.onNext(
                ServerReflectionRequest.newBuilder().setListServices("*").build());
        List<String> found = names.join();
        requests.onCompleted();
        return found;
    }

    private void send(AdapterEvent event) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(
                            "lorikeet.adapter.events",
                            event.getTenant() + "/" + event.getAdapter(),
                            JsonFormat.printer().print(event)))
                    .get();
        }
    }

    /** The value of the first record with this key whose value holds this text. */
    private String await(String topic, String key, String part) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().equals(key)
                            && record.value().replace(" ", "").contains(part)) {
                        return record.value().replace(" ", "");
                    }
                }
            }
        }
    }

    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private static void eventually(Condition condition) throws InterruptedException {
        while (!condition.holds()) {
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    private static Status.Code failure(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call)
                .getStatus()
                .getCode();
    }

    private static String violatedField(StatusRuntimeException failure) {
        com.google.rpc.Status status = StatusProto.fromThrowable(failure);
        try {
            for (var detail : status == null ? List.<Any>of() : status.getDetailsList()) {
                if (detail.is(BadRequest.class)) {
                    return detail.unpack(BadRequest.class).getFieldViolations(0).getField();
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return UNKNOWN;
    }

    private static GenerateRequest prompt(String model, String prompt, int maxTokens) {
        return GenerateRequest.newBuilder()
                .setModel(model)
                .setPrompt(prompt)
                .setMaxTokens(maxTokens)
                .build();
    }

    private static GenerateRequest sampling(Sampling.Builder sampling) {
        return prompt("", "hi", 1).toBuilder().setSampling(sampling).build();
    }

    private static ClientInterceptor as(String authorization) {
        Metadata headers = new Metadata();
        headers.put(TenantInterceptor.AUTHORIZATION, authorization);
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }
}
