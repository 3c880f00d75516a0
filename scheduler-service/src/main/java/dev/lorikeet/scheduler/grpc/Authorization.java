package dev.lorikeet.scheduler.grpc;

import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Keeps the caller's credential for the request that is published in its name. */
public final class Authorization implements ServerInterceptor {
    private static final Context.Key<String> HEADER = Context.key("lorikeet.authorization");

    static String current() {
        String header = HEADER.get();
        return header == null ? "" : header;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String header = headers.get(TenantInterceptor.AUTHORIZATION);
        return Contexts.interceptCall(
                Context.current().withValue(HEADER, header == null ? "" : header), call, headers, next);
    }
}
