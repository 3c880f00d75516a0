package dev.lorikeet.scheduler.grpc;

import dev.lorikeet.scheduler.quarkus.SchedulerService;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What every call passes through. */
@Singleton
public class Interceptors {
    @Produces
    @Singleton
    @GlobalInterceptor
    ServerInterceptor tenant(SchedulerService service) {
        return new Chained(new TenantInterceptor(service.credentials()), new Authorization());
    }
}
