package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.lorikeet.proto.adapter.v1.AdapterServiceGrpc;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.serving.loop.AdapterPool;
import dev.lorikeet.serving.loop.ServingCore;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Channels and stubs to the whole service, on a real broker, a real store and a tiny model. */
@QuarkusTestResource(Surroundings.class)
@Timeout(120)
@SuppressWarnings("NullAway.Init") // Quarkus and connect() fill the fields in.
abstract class ServiceFixture {
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
    ServingCore core;

    @Inject
    AdapterPool pool;

    @Inject
    BaseModelRef base;

    ManagedChannel channel;

    InferenceServiceGrpc.InferenceServiceBlockingStub acme;

    InferenceServiceGrpc.InferenceServiceBlockingStub globex;

    AdapterServiceGrpc.AdapterServiceBlockingStub acmeAdapters;

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
        eventually(() -> core.calls() == 0 && pool.leases() == 0);
    }

    interface Condition {
        boolean holds() throws InterruptedException;
    }

    static void eventually(Condition condition) throws InterruptedException {
        while (!condition.holds()) {
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    static Status.Code failure(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call)
                .getStatus()
                .getCode();
    }

    /** The field that a refusal names; {@code unknown} if it names none. */
    static String violatedField(StatusRuntimeException failure) {
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
        return "unknown";
    }

    static GenerateRequest prompt(String model, String prompt, int maxTokens) {
        return GenerateRequest.newBuilder()
                .setModel(model)
                .setPrompt(prompt)
                .setMaxTokens(maxTokens)
                .build();
    }

    static ClientInterceptor as(String authorization) {
        Metadata headers = new Metadata();
        headers.put(TenantInterceptor.AUTHORIZATION, authorization);
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }
}
