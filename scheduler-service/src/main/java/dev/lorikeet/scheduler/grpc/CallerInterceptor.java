package dev.lorikeet.scheduler.grpc;

import dev.lorikeet.scheduler.quarkus.SchedulerService;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * Every call passes here: first its credential is proven, then kept for what is published in its name. A class of its
 * own, since Quarkus does not find interceptors that are produced as the bare interface.
 */
@Singleton
@GlobalInterceptor
public class CallerInterceptor implements ServerInterceptor {
    private final ServerInterceptor tenant;
    private final ServerInterceptor authorization = new Authorization();

    @Inject
    CallerInterceptor(SchedulerService service) {
        this.tenant = new TenantInterceptor(service.credentials());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return tenant.interceptCall(call, headers, (passed, known) -> authorization.interceptCall(passed, known, next));
    }
}
