package dev.lorikeet.tenancy.grpc;

import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.credential.Authentication;
import dev.lorikeet.tenancy.credential.Credentials;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Objects;
import java.util.Set;

/**
 * Lets a gRPC call in by its {@code authorization} metadata and hands its tenant on in the call's {@link Context};
 * everyone else is {@code UNAUTHENTICATED}. Health checks and reflection need no credential.
 */
public final class TenantInterceptor implements ServerInterceptor {
    /** The tenant of the current call; empty in health checks and reflection. */
    public static final Context.Key<TenantId> TENANT = Context.key("lorikeet.tenant");

    /** The metadata that carries the credential. */
    public static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final Set<String> OPEN_SERVICES = Set.of(
            "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");

    private final Credentials credentials;

    /** Checks calls with these credentials. */
    public TenantInterceptor(Credentials credentials) {
        this.credentials = credentials;
    }

    /**
     * The tenant of the current call.
     *
     * @throws IllegalStateException outside of a call that passed this interceptor
     */
    public static TenantId tenant() {
        TenantId tenant = TENANT.get();
        if (tenant == null) {
            throw new IllegalStateException("This gRPC call did not pass the TenantInterceptor");
        }
        return tenant;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (OPEN_SERVICES.contains(
                Objects.requireNonNullElse(call.getMethodDescriptor().getServiceName(), ""))) {
            return next.startCall(call, headers);
        }
        return switch (credentials.authenticate(headers.get(AUTHORIZATION))) {
            case Authentication.Tenant(TenantId tenant) ->
                Contexts.interceptCall(Context.current().withValue(TENANT, tenant), call, headers, next);
            case Authentication.Refused(String reason) -> {
                call.close(Status.UNAUTHENTICATED.withDescription(reason), new Metadata());
                yield new ServerCall.Listener<>() {};
            }
        };
    }
}
