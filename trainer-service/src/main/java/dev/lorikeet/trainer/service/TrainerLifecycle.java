package dev.lorikeet.trainer.service;

import dev.lorikeet.registry.config.StoreConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Starts the trainer with the application, on a thread of its own, so that health can be asked while the base model
 * loads; ends the process with code 1 if it cannot start.
 */
@ApplicationScoped
public class TrainerLifecycle {
    private static final Logger LOG = Logger.getLogger(TrainerLifecycle.class);

    private final TrainerProcess process;
    private final Thread starter;

    /** Takes the configuration. */
    public TrainerLifecycle(
            KafkaConfig kafka,
            StoreConfig store,
            BaseModelConfig baseModel,
            TrainerConfig trainer,
            MeterRegistry meters) {
        this.process = new TrainerProcess(kafka, store, baseModel, trainer, meters);
        this.starter = Thread.ofPlatform().daemon().name("trainer-start").unstarted(this::run);
    }

    /** The trainer. */
    public TrainerProcess process() {
        return process;
    }

    void onStart(@Observes StartupEvent event) {
        starter.start();
    }

    private void run() {
        try {
            process.start();
        } catch (InterruptedException e) {
            LOG.debug("the start was interrupted", e);
        } catch (Exception e) {
            LOG.errorf(e, "the trainer cannot start: %s", e.getMessage());
            Quarkus.asyncExit(1);
        }
    }

    void onStop(@Observes ShutdownEvent event) throws InterruptedException {
        starter.interrupt();
        starter.join(Duration.ofSeconds(10));
        process.close();
    }
}
