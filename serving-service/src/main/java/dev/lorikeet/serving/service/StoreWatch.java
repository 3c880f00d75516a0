package dev.lorikeet.serving.service;

import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.RegistryException;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Asks the object store now and then whether it is there, on a virtual thread, so that health checks need not wait. */
final class StoreWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StoreWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final String ABSENT = "health-check";

    private final ObjectStore store;
    private final Thread thread;
    private volatile boolean reachable = true;

    StoreWatch(ObjectStore store) {
        this.store = store;
        this.thread = Thread.ofVirtual().name("store-watch").start(this::run);
    }

    boolean reachable() {
        return reachable;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                boolean before = reachable;
                try {
                    store.size(ABSENT);
                    reachable = true;
                } catch (RegistryException e) {
                    reachable = false;
                    if (before) {
                        LOG.warnf("the object store is away, resident adapters go on: %s", e.getMessage());
                    }
                }
                if (reachable && !before) {
                    LOG.info("the object store is back");
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("closing");
        }
    }
}
