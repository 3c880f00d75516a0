package dev.lorikeet.trainer.training;

import dev.lorikeet.registry.checkpoint.Checkpoints;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.trainer.attempt.Assignment;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/**
 * Brings one attempt's checkpoints to the object store, one after the other on threads of its own, so that training goes
 * on meanwhile. A checkpoint that cannot be stored is given up: training is worth more than it, and the next may arrive.
 *
 * <p>Used by one thread. At most one upload waits or runs: handing over a second waits for the first, which bounds what
 * lies on the local disk.
 */
final class CheckpointUploads {
    private static final Logger LOG = Logger.getLogger(CheckpointUploads.class);
    private static final int KEPT = 2;

    private final Checkpoints checkpoints;
    private final Assignment assignment;
    private final Checks checks;
    private final IntConsumer stored;
    private CompletableFuture<Void> upload = CompletableFuture.completedFuture(null);

    /**
     * Uploads for an attempt.
     *
     * @param checks asked before an upload begins
     * @param stored hears the step of each checkpoint that arrived, from another thread
     */
    CheckpointUploads(Checkpoints checkpoints, Assignment assignment, Checks checks, IntConsumer stored) {
        this.checkpoints = checkpoints;
        this.assignment = assignment;
        this.checks = checks;
        this.stored = stored;
    }

    /** Hands a checkpoint's folder over, which is removed when it is done with. */
    void begin(int step, Path folder) {
        await();
        upload = CompletableFuture.runAsync(
                () -> store(step, folder),
                each -> Thread.ofVirtual().name("checkpoint-" + step).start(each));
    }

    /** Waits for the last upload. */
    void await() {
        try {
            upload.join();
        } catch (CompletionException e) {
            LOG.errorf(e, "uploading a checkpoint of attempt %s failed by a bug", assignment.key());
        }
    }

    private void store(int step, Path folder) {
        try {
            checks.goOn();
            checkpoints.save(assignment.tenant(), assignment.key().job(), step, folder);
            stored.accept(step);
            checkpoints.prune(assignment.tenant(), assignment.key().job(), KEPT);
        } catch (StopRun e) {
            LOG.infof("checkpoint %d of attempt %s is not stored: %s", step, assignment.key(), e.getMessage());
        } catch (RegistryException | UncheckedIOException e) {
            LOG.warnf(
                    "checkpoint %d of attempt %s was not stored, training goes on: %s",
                    step, assignment.key(), e.getMessage());
        } finally {
            Scratch.remove(folder);
        }
    }
}
