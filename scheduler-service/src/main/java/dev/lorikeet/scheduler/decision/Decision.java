package dev.lorikeet.scheduler.decision;

import java.util.List;

/**
 * What follows from a command: facts for the journal, observations, and messages. Nothing has been changed yet.
 *
 * @param entries to be journaled, then applied
 * @param observations to be applied
 * @param messages to be sent in the same transaction as the entries
 */
public record Decision(List<JournalEntry> entries, List<Observation> observations, List<Message> messages) {
    public Decision {
        entries = List.copyOf(entries);
        observations = List.copyOf(observations);
        messages = List.copyOf(messages);
    }
}
