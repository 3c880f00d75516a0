package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.generation.Ask;
import dev.lorikeet.serving.loop.InferenceLoop.Ticket;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.route.ModelRoute;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.Optional;

/**
 * The way of a request, whatever door it came in by: checked, admitted, resolved to a revision, leased, handed to the
 * inference thread. Thread-safe; {@link #open} blocks, so it runs on a virtual thread.
 */
public final class Inference {
    private final AskReader reader;
    private final Entrance entrance;
    private final InferenceLoop loop;
    private final UsageSink usage;

    Inference(AskReader reader, Entrance entrance, InferenceLoop loop, UsageSink usage) {
        this.reader = reader;
        this.entrance = entrance;
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
        ModelRoute route = entrance.route(ask.model());
        entrance.enter(tenant);
        boolean opened = false;
        try {
            Optional<RevisionRef> revision = entrance.resolve(tenant, route);
            AskReader.Reading reading = reader.read(ask);
            AdapterLease lease = entrance.lease(revision, scope);
            Ticket ticket = submit(tenant, ask, reading, lease, scope);
            opened = true;
            scope.onCancel(() -> loop.cancel(ticket.id()));
            return new Call(tenant, revision, ticket, start);
        } finally {
            if (!opened) {
                entrance.leave(tenant);
            }
        }
    }

    private Ticket submit(TenantId tenant, Ask ask, AskReader.Reading reading, AdapterLease lease, CallScope scope)
            throws InterruptedException {
        boolean accepted = false;
        try {
            scope.requireHere();
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
            entrance.leave(tenant);
            Optional<Answer.Piece> end = ticket.answer().end();
            if (end.isEmpty()) {
                loop.cancel(ticket.id());
            } else if (end.get() instanceof Answer.Finished(var reason, int prompt, int completion)) {
                usage.finished(new UsageSink.Usage(
                        tenant,
                        adapter,
                        new UsageSink.Operation.Generate(reason),
                        prompt,
                        completion,
                        Duration.ofNanos(System.nanoTime() - start)));
            }
        }
    }
}
