package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.batching.Admission;
import dev.lorikeet.serving.generation.Ask;
import dev.lorikeet.serving.loop.InferenceLoop.Ticket;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.serving.route.ModelRoute;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.Optional;

/**
 * The way of a request, whatever door it came in by: checked, admitted, resolved to a revision, leased, handed to the
 * inference thread. Thread-safe; {@link #open} blocks, so it runs on a virtual thread.
 */
public final class Inference {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AskReader reader;
    private final Admission admission;
    private final AdapterDirectory directory;
    private final AdapterPool pool;
    private final InferenceLoop loop;
    private final UsageSink usage;

    Inference(
            AskReader reader,
            Admission admission,
            AdapterDirectory directory,
            AdapterPool pool,
            InferenceLoop loop,
            UsageSink usage) {
        this.reader = reader;
        this.admission = admission;
        this.directory = directory;
        this.pool = pool;
        this.loop = loop;
        this.usage = usage;
    }

    /**
     * Begins to answer.
     *
     * @return the answer in the making: take its pieces, and close it whatever happens
     * @throws RejectedException if the request is refused
     */
    public Call open(TenantId tenant, Ask ask, CallScope scope) throws InterruptedException {
        long start = System.nanoTime();
        reader.check(ask);
        ModelRoute route = ModelRoute.parse(ask.model(), reader.baseModel());
        enter(tenant);
        boolean opened = false;
        try {
            Optional<RevisionRef> revision = resolve(tenant, route);
            AskReader.Reading reading = reader.read(ask);
            AdapterLease lease = revision.isPresent() ? pool.acquire(revision.get(), scope) : AdapterLease.base();
            Ticket ticket = submit(tenant, ask, reading, lease, scope);
            opened = true;
            scope.onCancel(() -> loop.cancel(ticket.id()));
            return new Call(tenant, revision, ticket, start);
        } finally {
            if (!opened) {
                leave(tenant);
            }
        }
    }

    /** Calls that were opened and not closed. */
    public int calls() {
        synchronized (admission) {
            return admission.total();
        }
    }

    private void enter(TenantId tenant) {
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

    private void leave(TenantId tenant) {
        synchronized (admission) {
            admission.leave(tenant);
        }
    }

    private Optional<RevisionRef> resolve(TenantId tenant, ModelRoute route) {
        return switch (route) {
            case ModelRoute.Base() -> Optional.empty();
            case ModelRoute.Adapter(var reference) -> Optional.of(directory.find(tenant, reference));
        };
    }

    private Ticket submit(TenantId tenant, Ask ask, AskReader.Reading reading, AdapterLease lease, CallScope scope)
            throws InterruptedException {
        boolean accepted = false;
        try {
            if (scope.cancelled()) {
                throw Rejection.of(Code.CANCELLED, "the caller went away").asException();
            }
            Ticket ticket = loop.submit(new Work(
                    tenant,
                    reader.input(reading, lease.adapter()),
                    reading.sampling(),
                    reading.maxTokens(),
                    ask.stop(),
                    scope.deadlineNanos(),
                    lease));
            accepted = true;
            return ticket;
        } finally {
            if (!accepted) {
                lease.close();
            }
        }
    }

    /** An answer in the making. Used by one thread. */
    public final class Call implements AutoCloseable {
        private final TenantId tenant;
        private final Optional<RevisionRef> adapter;
        private final Ticket ticket;
        private final long start;
        private boolean closed;

        Call(TenantId tenant, Optional<RevisionRef> adapter, Ticket ticket, long start) {
            this.tenant = tenant;
            this.adapter = adapter;
            this.ticket = ticket;
            this.start = start;
        }

        /** Which adapter answers; empty for the base model. */
        public Optional<RevisionRef> adapter() {
            return adapter;
        }

        /** Waits for the next piece. */
        public Answer.Piece take() throws InterruptedException {
            return ticket.answer().take();
        }

        /** Gives up what the call still holds, and notes what it used if it came to its end. */
        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            leave(tenant);
            Optional<Answer.Piece> end = ticket.answer().end();
            if (end.isEmpty()) {
                loop.cancel(ticket.id());
            } else if (end.get() instanceof Answer.Finished(var reason, int prompt, int completion)) {
                usage.finished(new UsageSink.Usage(
                        tenant, adapter, prompt, completion, reason, Duration.ofNanos(System.nanoTime() - start)));
            }
        }
    }
}
