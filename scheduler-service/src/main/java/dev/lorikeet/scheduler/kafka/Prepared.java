package dev.lorikeet.scheduler.kafka;

import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.tenancy.TenantId;

/** What became of a record before the scheduler decides on it. */
sealed interface Prepared {
    /** It asks for this. */
    record Asks(Command command) implements Prepared {}

    /** It needs the object store, which does not answer: it waits on a topic of its own. */
    record Waits(TenantId tenant) implements Prepared {}
}
