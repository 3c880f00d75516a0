package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.generation.FinishReason;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.Optional;

/** Takes note of what tenants used. Must be quick and never fail. */
@FunctionalInterface
public interface UsageSink {
    /**
     * One finished inference.
     *
     * @param adapter which adapter answered; empty for the base model
     */
    record Usage(
            TenantId tenant,
            Optional<RevisionRef> adapter,
            int promptTokens,
            int completionTokens,
            FinishReason reason,
            Duration latency) {}

    void finished(Usage usage);
}
