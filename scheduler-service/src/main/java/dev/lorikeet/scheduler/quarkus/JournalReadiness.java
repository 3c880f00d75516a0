package dev.lorikeet.scheduler.quarkus;

import dev.lorikeet.scheduler.kafka.Scheduler;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while it leads, or follows a journal that it has read to the end. */
@Readiness
@Singleton
public class JournalReadiness implements HealthCheck {
    private final SchedulerService service;

    @Inject
    JournalReadiness(SchedulerService service) {
        this.service = service;
    }

    @Override
    public HealthCheckResponse call() {
        Scheduler.Role role = service.role();
        return HealthCheckResponse.named("scheduler")
                .status(role != Scheduler.Role.STARTING)
                .withData("role", role.name().toLowerCase(Locale.ROOT))
                .build();
    }
}
