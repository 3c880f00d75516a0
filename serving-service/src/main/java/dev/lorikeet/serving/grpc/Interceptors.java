package dev.lorikeet.serving.grpc;

import dev.lorikeet.tenancy.credential.Credentials;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The interceptors that every gRPC call passes. */
final class Interceptors {
    private Interceptors() {}

    @Produces
    @GlobalInterceptor
    @Singleton
    static TenantInterceptor tenant(Credentials credentials) {
        return new TenantInterceptor(credentials);
    }

    @Produces
    @GlobalInterceptor
    @Singleton
    static CallLifecycle lifecycle() {
        return new CallLifecycle();
    }
}
