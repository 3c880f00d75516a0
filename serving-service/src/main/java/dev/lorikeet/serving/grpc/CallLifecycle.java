package dev.lorikeet.serving.grpc;

import dev.lorikeet.serving.loop.CallScope;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives every call a {@link CallScope} with its deadline, which ends when the caller goes away.
 *
 * <p>gRPC on the HTTP server's own port (Vert.x 4) reports neither: the deadline is left in its header, and a reset of
 * the stream after the request was read reaches only the HTTP response (eclipse-vertx/vert.x issue 5562). So both are
 * read there.
 */
public final class CallLifecycle implements ServerInterceptor {
    private static final Context.Key<CallScope> SCOPE = Context.key("lorikeet.call");
    private static final Metadata.Key<String> TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private static final Map<Character, TimeUnit> UNITS = Map.of(
            'H', TimeUnit.HOURS,
            'M', TimeUnit.MINUTES,
            'S', TimeUnit.SECONDS,
            'm', TimeUnit.MILLISECONDS,
            'u', TimeUnit.MICROSECONDS,
            'n', TimeUnit.NANOSECONDS);

    /** The current call's scope. */
    static CallScope scope() {
        CallScope scope = SCOPE.get();
        if (scope == null) {
            throw new IllegalStateException("this gRPC call did not pass the CallLifecycle");
        }
        return scope;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        CallScope scope = new CallScope(deadline(headers.get(TIMEOUT), System.nanoTime()));
        RoutingContext http = http();
        if (http != null) {
            http.addEndHandler(ended -> scope.cancel());
        }
        Context context = Context.current().withValue(SCOPE, scope);
        return new SimpleForwardingServerCallListener<>(Contexts.interceptCall(context, call, headers, next)) {
            @Override
            public void onCancel() {
                scope.cancel();
                super.onCancel();
            }
        };
    }

    /** When a call with this {@code grpc-timeout} must end; {@link Long#MAX_VALUE}: never. */
    static long deadline(@Nullable String timeout, long now) {
        if (timeout == null || timeout.length() < 2 || timeout.length() > 9) {
            return Long.MAX_VALUE;
        }
        TimeUnit unit = UNITS.get(timeout.charAt(timeout.length() - 1));
        String digits = timeout.substring(0, timeout.length() - 1);
        if (unit == null || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Long.MAX_VALUE;
        }
        long nanos = unit.toNanos(Long.parseLong(digits));
        // Centuries overflow: they are as good as never.
        return nanos > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : now + nanos;
    }

    private static @Nullable RoutingContext http() {
        io.vertx.core.Context context = Vertx.currentContext();
        return context == null ? null : context.getLocal(RoutingContext.class.getName());
    }
}
