package dev.lorikeet.trainer.service;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** The trainer's health. */
public final class TrainerHealth {
    private TrainerHealth() {}

    /** Up unless the loop has died. */
    @Liveness
    @ApplicationScoped
    public static class Alive implements HealthCheck {
        private final TrainerLifecycle lifecycle;

        /** Asks the trainer. */
        public Alive(TrainerLifecycle lifecycle) {
            this.lifecycle = lifecycle;
        }

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("trainer loop")
                    .status(!lifecycle.process().dead())
                    .build();
        }
    }

    /** Up when the base model is loaded and Kafka brings orders and takes reports. */
    @Readiness
    @ApplicationScoped
    public static class Ready implements HealthCheck {
        private final TrainerLifecycle lifecycle;

        /** Asks the trainer. */
        public Ready(TrainerLifecycle lifecycle) {
            this.lifecycle = lifecycle;
        }

        @Override
        public HealthCheckResponse call() {
            TrainerProcess process = lifecycle.process();
            return HealthCheckResponse.named("trainer")
                    .withData("base model loaded", process.modelLoaded())
                    .withData("scheduler link", process.connected())
                    .status(process.modelLoaded() && process.connected())
                    .build();
        }
    }
}
