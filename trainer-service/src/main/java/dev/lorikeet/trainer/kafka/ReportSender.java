package dev.lorikeet.trainer.kafka;

import dev.lorikeet.proto.trainer.v1.TrainerReport;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends what the outbox holds, one report after the other, each until the broker has it: a virtual thread of its own.
 *
 * <p>A report that the producer gives up is sent again by a fresh producer, so it may arrive twice; the scheduler tells
 * by job and attempt.
 */
final class ReportSender implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReportSender.class);
    private static final Duration BEFORE_RETRY = Duration.ofSeconds(1);

    private final Outbox outbox;
    private final String topic;
    private final Supplier<Producer<String, byte[]>> producers;
    private final Thread thread;
    private volatile boolean delivering;

    /** Starts sending. */
    ReportSender(Outbox outbox, String topic, Supplier<Producer<String, byte[]>> producers) {
        this.outbox = outbox;
        this.topic = topic;
        this.producers = producers;
        this.thread = Thread.ofVirtual().name("reports").start(this::run);
    }

    /** Whether the last report arrived. */
    boolean delivering() {
        return delivering;
    }

    /** Waits until all that was queued is sent; false if that was not done in time. */
    boolean drain(Duration patience) throws InterruptedException {
        outbox.close();
        return thread.join(patience);
    }

    @Override
    public void close() {
        outbox.close();
        thread.interrupt();
    }

    private void run() {
        @Nullable Producer<String, byte[]> producer = null;
        try {
            @Nullable TrainerReport report = outbox.take();
            while (report != null) {
                if (producer == null) {
                    producer = open();
                }
                if (producer != null && sent(producer, report)) {
                    delivering = true;
                    report = outbox.take();
                } else {
                    delivering = false;
                    closeNow(producer);
                    producer = null;
                    Thread.sleep(BEFORE_RETRY);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("no more reports are sent", e);
        } finally {
            closeNow(producer);
        }
    }

    private @Nullable Producer<String, byte[]> open() {
        try {
            return producers.get();
        } catch (KafkaException e) {
            LOG.errorf(e, "no producer for %s; trying again", topic);
            return null;
        }
    }

    private boolean sent(Producer<String, byte[]> producer, TrainerReport report) throws InterruptedException {
        try {
            producer.send(new ProducerRecord<>(topic, report.getTrainer(), report.toByteArray()))
                    .get();
            return true;
        } catch (ExecutionException | KafkaException e) {
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            if (cause instanceof RecordTooLargeException || cause instanceof SerializationException) {
                LOG.errorf(cause, "a report of kind %s can never be sent and is dropped", report.getReportCase());
                return true;
            }
            LOG.warnf("a report of kind %s did not arrive, trying again: %s", report.getReportCase(), cause);
            return false;
        }
    }

    private static void closeNow(@Nullable Producer<String, byte[]> producer) {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
        }
    }
}
