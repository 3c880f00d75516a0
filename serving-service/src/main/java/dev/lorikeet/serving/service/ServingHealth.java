package dev.lorikeet.serving.service;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the model is loaded and while requests are taken. The store's state is told but does not count: with the
 * store away, what is resident goes on, and taking every replica out of service would help nobody.
 */
@Readiness
@Singleton
public class ServingHealth implements HealthCheck {
    private final ServingPlatform platform;

    ServingHealth(ServingPlatform platform) {
        this.platform = platform;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("serving")
                .status(platform.accepting())
                .withData("model", platform.model())
                .withData("store", platform.storeReachable() ? "reachable" : "away")
                .build();
    }
}
