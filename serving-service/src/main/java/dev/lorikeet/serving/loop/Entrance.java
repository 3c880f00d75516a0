package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.batching.Admission;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.route.ModelRoute;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.Optional;

/** What every request passes, whatever it asks for: admitted, resolved to a revision, leased. Thread-safe. */
final class Entrance {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String baseModel;
    private final Admission admission;
    private final AdapterDirectory directory;
    private final AdapterPool pool;

    /** @param baseModel name of the model that is served */
    Entrance(String baseModel, Admission admission, AdapterDirectory directory, AdapterPool pool) {
        this.baseModel = baseModel;
        this.admission = admission;
        this.directory = directory;
        this.pool = pool;
    }

    /**
     * What a model string asks for.
     *
     * @throws RejectedException INVALID_ARGUMENT if it is none
     */
    ModelRoute route(String model) {
        return ModelRoute.parse(model, baseModel);
    }

    /**
     * Lets a call in; {@link #leave} must follow exactly once.
     *
     * @throws RejectedException RESOURCE_EXHAUSTED if there is no room for it
     */
    void enter(TenantId tenant) {
        Admission.Decision decision;
        synchronized (admission) {
            decision = admission.enter(tenant);
        }
        switch (decision) {
            case ENTERED -> {}
            case FULL ->
                throw Rejection.exhausted("the service is full; try again shortly", RETRY_AFTER)
                        .asException();
            case TENANT_FULL ->
                throw Rejection.exhausted("too many requests of yours are waiting; try again shortly", RETRY_AFTER)
                        .asException();
        }
    }

    /** A call that was let in is over. */
    void leave(TenantId tenant) {
        synchronized (admission) {
            admission.leave(tenant);
        }
    }

    /** Calls that came in and did not leave. */
    int calls() {
        synchronized (admission) {
            return admission.total();
        }
    }

    /**
     * The revision that a route leads to now; empty for the base model.
     *
     * @throws RejectedException as {@link AdapterDirectory#find}
     */
    Optional<RevisionRef> resolve(TenantId tenant, ModelRoute route) {
        return switch (route) {
            case ModelRoute.Base() -> Optional.empty();
            case ModelRoute.Adapter(var reference) -> Optional.of(directory.find(tenant, reference));
        };
    }

    /**
     * Waits until the revision is in memory and leases it.
     *
     * @throws RejectedException as {@link AdapterPool#acquire}
     */
    AdapterLease lease(Optional<RevisionRef> revision, CallScope scope) throws InterruptedException {
        return revision.isPresent() ? pool.acquire(revision.get(), scope) : AdapterLease.base();
    }
}
