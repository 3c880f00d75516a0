package dev.lorikeet.scheduler.decision;

import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.decision.Message.Fact;
import dev.lorikeet.scheduler.decision.Message.Subject;
import dev.lorikeet.scheduler.job.Attempt;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.tenancy.JobId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A decision in the making: numbers events as it takes them. A job is changed at most once in one decision. */
final class Draft {
    private final Instant now;
    private final List<JournalEntry> entries = new ArrayList<>();
    private final List<Observation> observations = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();

    Draft(Instant now) {
        this.now = now;
    }

    Instant now() {
        return now;
    }

    /** A change of a job, and what its tenant is told about it. */
    void change(Job job, Change change, Fact... told) {
        change(subject(job), job.id(), job.track().sequence(), change, "", told);
    }

    /** A change of a job that may not exist yet. */
    void change(Subject about, JobId job, long sequence, Change change, String correlation, Fact... told) {
        long newest = sequence;
        for (Fact fact : told) {
            messages.add(new Message.Event(about, ++newest, now, fact, correlation));
        }
        entries.add(new JournalEntry(now, job, newest, change));
    }

    void tell(Message message) {
        messages.add(message);
    }

    void order(TrainerLife to, Message.Instruction instruction) {
        messages.add(new Message.Order(to, instruction));
    }

    void stop(Job job, Attempt attempt, String reason) {
        order(attempt.on(), new Message.Instruction.Cancel(job.id(), attempt.number(), reason));
    }

    void observe(Observation observation) {
        observations.add(observation);
    }

    static Subject subject(Job job) {
        return new Subject(
                job.tenant(),
                Optional.of(job.id()),
                job.acceptance().spec().adapter(),
                job.acceptance().spec().terms().idempotencyKey().orElse(""));
    }

    Decision decision() {
        return new Decision(entries, observations, messages);
    }
}
