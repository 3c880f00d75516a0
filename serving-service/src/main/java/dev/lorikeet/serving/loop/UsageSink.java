package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.generation.FinishReason;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.Optional;

/** Takes note of what tenants used. Must be quick and never fail. */
@FunctionalInterface
public interface UsageSink {
    /** What was done. */
    sealed interface Operation {
        /** Text was generated, until it ended for this reason. */
        record Generate(FinishReason reason) implements Operation {}

        /** Texts were classified. */
        record Classify() implements Operation {}

        /** Texts were embedded. */
        record Embed() implements Operation {}
    }

    /**
     * One finished inference.
     *
     * @param adapter which adapter answered; empty for the base model
     * @param promptTokens tokens read
     * @param completionTokens tokens generated
     */
    record Usage(
            TenantId tenant,
            Optional<RevisionRef> adapter,
            Operation operation,
            int promptTokens,
            int completionTokens,
            Duration latency) {}

    void finished(Usage usage);
}
