package dev.lorikeet.trainer.kafka;

import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.Command;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.loop.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The trainer's two ways to the scheduler. Reports can be queued at once; {@link #open} begins to listen, and only when
 * no order can be missed any more says that the trainer is ready. Heartbeats come from a thread of their own, whatever
 * the attempts do.
 */
public final class SchedulerLink implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SchedulerLink.class);

    private final KafkaSettings settings;
    private final Identity identity;
    private final OrderReader reader;
    private final Outbox outbox;
    private final ReportSender sender;
    private @Nullable Thread heartbeats;
    private volatile @Nullable OrderConsumer consumer;

    /**
     * A link that sends, and does not listen yet.
     *
     * @param bucket the platform's bucket: addresses of datasets are checked against it
     */
    public SchedulerLink(KafkaSettings settings, Identity identity, Capacity capacity, String bucket) {
        this.settings = settings;
        this.identity = identity;
        this.reader = new OrderReader(bucket);
        this.outbox = new Outbox(identity, capacity, settings.progressPause(), Instant::now);
        this.sender =
                new ReportSender(outbox, Topics.REPORTS, () -> settings.producer(identity.trainer() + "-reports"));
    }

    /** The way out. */
    public Reports reports() {
        return outbox;
    }

    /**
     * Begins to listen, and says that the trainer is ready; blocks until Kafka is there.
     *
     * @param orders takes orders, at once
     * @param held tells which attempts the trainer holds
     */
    public void open(Consumer<Command.Obey> orders, Supplier<List<AttemptKey>> held) throws InterruptedException {
        if (settings.createTopics()) {
            Topics.create(settings, identity.trainer() + "-topics");
        }
        OrderConsumer listening = new OrderConsumer(
                Topics.ASSIGNMENTS, () -> settings.consumer(identity.trainer() + "-orders"), reader, orders);
        consumer = listening;
        try {
            listening.positioned().get();
        } catch (ExecutionException e) {
            throw new KafkaException("listening to " + Topics.ASSIGNMENTS + " failed", e.getCause());
        }
        outbox.ready();
        heartbeats = Thread.ofVirtual().name("heartbeats").start(() -> {
            try {
                while (true) {
                    outbox.heartbeat(held);
                    Thread.sleep(settings.heartbeatEvery());
                }
            } catch (InterruptedException e) {
                LOG.debug("heartbeats end", e);
            }
        });
        LOG.infof("trainer %s listens as incarnation %s", identity.trainer(), identity.incarnation());
    }

    /** Whether orders arrive and reports go out. */
    public boolean connected() {
        OrderConsumer listening = consumer;
        return listening != null && listening.positioned().isDone() && listening.alive() && sender.delivering();
    }

    /** Sends what is queued, for so long at most, and closes. */
    public void close(Duration patience) {
        if (heartbeats != null) {
            heartbeats.interrupt();
        }
        OrderConsumer listening = consumer;
        if (listening != null) {
            listening.close();
        }
        try {
            if (!sender.drain(patience)) {
                LOG.error("the last reports did not arrive; the scheduler will find out by the leases");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.close();
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(5));
    }
}
