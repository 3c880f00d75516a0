package dev.lorikeet.scheduler.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** One interceptor inside of another, so that their order is certain. */
record Chained(ServerInterceptor outer, ServerInterceptor inner) implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return outer.interceptCall(
                call, headers, (passed, passedHeaders) -> inner.interceptCall(passed, passedHeaders, next));
    }
}
