package dev.lorikeet.serving.batching;

import dev.lorikeet.tenancy.TenantId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How much service each tenant has had, in weighted tokens: whoever has had least goes next.
 *
 * <p>The virtual token counter of Sheng et al., "Fairness in Serving Large Language Models" (arXiv 2401.00588): an input
 * token costs {@value #INPUT_WEIGHT}, an output token {@value #OUTPUT_WEIGHT}. A tenant that comes back after a pause is
 * lifted to the floor, the counter of the tenant that was served last, so that idling saves up no credit.
 */
final class VirtualTokenCounters {
    static final long INPUT_WEIGHT = 1;
    static final long OUTPUT_WEIGHT = 2;

    private final Map<TenantId, Long> counters = new HashMap<>();
    private long floor;

    /** Call when a tenant without any request gets its first one. */
    void arrive(TenantId tenant) {
        counters.merge(tenant, floor, Math::max);
    }

    /** Call when a request of {@code tenant} is chosen, before it is charged. */
    void served(TenantId tenant) {
        floor = Math.max(floor, of(tenant));
    }

    void chargeInput(TenantId tenant, long tokens) {
        counters.merge(tenant, tokens * INPUT_WEIGHT, Long::sum);
    }

    void chargeOutput(TenantId tenant, long tokens) {
        counters.merge(tenant, tokens * OUTPUT_WEIGHT, Long::sum);
    }

    long of(TenantId tenant) {
        return counters.getOrDefault(tenant, floor);
    }

    /** Forgets the idle tenants whose counters say nothing any more, so that the map holds no one for ever. */
    void forgetIdle(Set<TenantId> active) {
        counters.entrySet().removeIf(e -> !active.contains(e.getKey()) && e.getValue() <= floor);
    }

    int size() {
        return counters.size();
    }
}
