package dev.lorikeet.scheduler.loop;

import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.Message;
import dev.lorikeet.scheduler.job.Job;
import java.util.Collection;
import java.util.List;

/**
 * What several commands came to: to be committed as a whole, or not at all.
 *
 * @param entries for the journal, in order
 * @param messages to be sent, in order
 * @param changed jobs as they are once it is committed
 */
public record Batch(List<JournalEntry> entries, List<Message> messages, Collection<Job> changed) {
    public Batch {
        entries = List.copyOf(entries);
        messages = List.copyOf(messages);
        changed = List.copyOf(changed);
    }

    /** Whether there is nothing to commit. */
    public boolean isEmpty() {
        return entries.isEmpty() && messages.isEmpty();
    }
}
