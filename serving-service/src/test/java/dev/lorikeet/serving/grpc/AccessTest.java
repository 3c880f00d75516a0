package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.lorikeet.proto.adapter.v1.AdapterServiceGrpc;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterRequest;
import dev.lorikeet.proto.adapter.v1.GetAdapterRequest;
import dev.lorikeet.proto.adapter.v1.ListAdaptersRequest;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import dev.lorikeet.serving.tiny.TinyAdapter;
import dev.lorikeet.tenancy.AdapterName;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Status;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who may call what, and which names reach nothing. */
@QuarkusTest
class AccessTest extends ServiceFixture {
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
                .contains(
                        "lorikeet.inference.v1.InferenceService",
                        "lorikeet.inference.v1.EncoderService",
                        "lorikeet.adapter.v1.AdapterService");
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
}
