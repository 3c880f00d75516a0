package dev.lorikeet.serving.batching;

import dev.lorikeet.tenancy.TenantId;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the calls in the house, from the first look at a request until its last byte went out, and turns away what is
 * too many: the one bound on everything that queues behind it. One tenant may hold only its own part.
 *
 * <p>Not thread-safe: the caller guards it.
 */
public final class Admission {
    /** Whether a call may come in. */
    public enum Decision {
        /** It is counted; {@link #leave} must follow exactly once. */
        ENTERED,
        /** The house is full. */
        FULL,
        /** The tenant's part is full. */
        TENANT_FULL
    }

    private final int limit;
    private final int tenantLimit;
    private final Map<TenantId, Integer> calls = new HashMap<>();
    private int total;

    /** At most {@code limit} calls, at most {@code tenantLimit} of them of one tenant. */
    public Admission(int limit, int tenantLimit) {
        if (limit < 1 || tenantLimit < 1) {
            throw new IllegalArgumentException("limits must be at least 1: " + limit + ", " + tenantLimit);
        }
        this.limit = limit;
        this.tenantLimit = tenantLimit;
    }

    /** Counts a call of {@code tenant} if there is room. */
    public Decision enter(TenantId tenant) {
        if (total >= limit) {
            return Decision.FULL;
        }
        int own = calls.getOrDefault(tenant, 0);
        if (own >= tenantLimit) {
            return Decision.TENANT_FULL;
        }
        calls.put(tenant, own + 1);
        total++;
        return Decision.ENTERED;
    }

    /** A call that had entered is over. */
    public void leave(TenantId tenant) {
        Integer own = calls.get(tenant);
        if (own == null) {
            throw new IllegalStateException("no call of tenant " + tenant + " is in the house");
        }
        if (own == 1) {
            calls.remove(tenant);
        } else {
            calls.put(tenant, own - 1);
        }
        total--;
    }

    /** Calls in the house. */
    public int total() {
        return total;
    }
}
