package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.Inquiry;
import dev.lorikeet.scheduler.loop.Input;
import dev.lorikeet.tenancy.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/**
 * Asks the registry, beside the scheduler's thread. A question that finds the store away has no answer; it is asked
 * again as long as the state asks it. Used by one thread.
 */
final class Lookups implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Lookups.class);
    private static final Command.Origin ORIGIN = new Command.Origin("registry", 0, 0);

    private final PublishedVersions versions;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<JobId> asked = ConcurrentHashMap.newKeySet();
    private final Queue<Command.LookedUp> answers = new ConcurrentLinkedQueue<>();

    Lookups(PublishedVersions versions) {
        this.versions = requireNonNull(versions, "versions");
    }

    /** Asks what is not being asked already. */
    void ask(List<Inquiry> inquiries) {
        for (Inquiry inquiry : inquiries) {
            if (asked.add(inquiry.job())) {
                threads.execute(() -> answer(inquiry));
            }
        }
    }

    private void answer(Inquiry inquiry) {
        try {
            answers.add(new Command.LookedUp(inquiry.job(), inquiry.attempt(), versions.of(inquiry)));
        } catch (DatasetStore.Unavailable e) {
            LOG.warnf("job %s cannot end before the registry is asked: %s", inquiry.job(), e.getMessage());
        } finally {
            asked.remove(inquiry.job());
        }
    }

    /** Answers since the last call, in no special order. */
    List<Input> answers() {
        List<Input> all = new ArrayList<>();
        Command.LookedUp next = answers.poll();
        while (next != null) {
            all.add(new Input(next, ORIGIN));
            next = answers.poll();
        }
        return all;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
