package dev.lorikeet.tenancy.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.credential.Credentials;
import dev.lorikeet.tenancy.credential.DevelopmentKeys;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TenantInterceptorTest {
    private static final TenantId ACME = new TenantId("acme");

    @TempDir
    Path folder;

    private DevelopmentKeys keys;
    private TenantInterceptor interceptor;

    @BeforeEach
    void open() throws Exception {
        keys = DevelopmentKeys.openOrCreate(folder, List.of(ACME), new Random(1));
        interceptor = new TenantInterceptor(Credentials.open(keys.credentialsFile()));
    }

    @Test
    void aCallWithAKeyRunsForItsTenantFromItsStartToItsMessages() {
        Call call = call("lorikeet.inference.v1.InferenceService/Generate", keys.authorization(ACME));

        assertThat(call.tenants).containsExactly(ACME, ACME);
        assertThat(call.closedWith).isNull();
        assertThat(TenantInterceptor.TENANT.get()).isNull();
    }

    @Test
    void aCallWithoutAKnownKeyIsUnauthenticatedAndReachesNoService() {
        for (String header : new String[] {null, "", "Bearer wrong", "Basic x"}) {
            Call call = call("lorikeet.inference.v1.InferenceService/Generate", header);

            assertThat(call.started).isFalse();
            Status status = Objects.requireNonNull(call.closedWith);
            assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(status.getDescription()).isNotEmpty().doesNotContain("wrong");
        }
    }

    @Test
    void healthAndReflectionAreOpenToAllAndHaveNoTenant() {
        for (String method : List.of(
                "grpc.health.v1.Health/Check",
                "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")) {
            Call call = call(method, null);

            assertThat(call.started).isTrue();
            assertThat(call.tenants).containsExactly(null, null);
        }
        assertThat(call("grpc.health.v1.HealthX/Check", null).started).isFalse();
    }

    @Test
    void outsideOfACallThereIsNoTenant() {
        assertThatThrownBy(TenantInterceptor::tenant).isInstanceOf(IllegalStateException.class);
    }

    private Call call(String method, @Nullable String authorization) {
        Metadata headers = new Metadata();
        if (authorization != null) {
            headers.put(TenantInterceptor.AUTHORIZATION, authorization);
        }
        Call call = new Call(method);
        ServerCall.Listener<byte[]> listener = interceptor.interceptCall(call, headers, (c, h) -> {
            call.started = true;
            call.tenants.add(TenantInterceptor.TENANT.get());
            return new ServerCall.Listener<>() {
                @Override
                public void onMessage(byte[] message) {
                    call.tenants.add(TenantInterceptor.TENANT.get());
                }
            };
        });
        listener.onMessage(new byte[0]);
        return call;
    }

    /** A call that records what happens to it. */
    private static final class Call extends ServerCall<byte[], byte[]> {
        private final String method;
        private final List<@Nullable TenantId> tenants = new ArrayList<>();
        private boolean started;
        private @Nullable Status closedWith;

        Call(String method) {
            this.method = method;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closedWith = status;
        }

        @Override
        public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
            return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(method)
                    .build();
        }

        @Override
        public void request(int count) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(byte[] message) {}

        @Override
        public boolean isCancelled() {
            return false;
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("nothing is parsed here");
        }
    }
}
