package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.DivergedException;
import dev.lorikeet.engine.train.OutOfDeviceMemoryException;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.loop.RunControl;
import dev.lorikeet.trainer.loop.RunListener;
import dev.lorikeet.trainer.loop.Runner;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Runs attempts over one base model that all of them share. Whatever happens ends as an outcome: this is where
 * exceptions of registry and engine become kinds of failure.
 */
public final class AttemptRunner implements Runner {
    private static final Logger LOG = Logger.getLogger(AttemptRunner.class);

    private final BaseModel model;
    private final Registry registry;
    private final Scratch scratch;
    private final Patience patience;
    private final SizeLimit limit;
    private final ExampleSource examples;
    private final Publisher publisher;

    /** A runner; the base model stays the caller's to close. */
    public AttemptRunner(
            BaseModel model,
            Registry registry,
            Announcer announcer,
            Scratch scratch,
            Patience patience,
            SizeLimit limit) {
        this.model = model;
        this.registry = registry;
        this.scratch = scratch;
        this.patience = patience;
        this.limit = limit;
        this.examples = new ExampleSource(model, registry.datasets());
        this.publisher = new Publisher(model, registry, announcer);
    }

    @Override
    public RunOutcome run(Assignment assignment, RunControl control, RunListener listener) {
        try {
            return attempt(assignment, new RunContext(assignment, control, listener));
        } catch (FailRun e) {
            LOG.warnf(e, "attempt %s failed", assignment.key());
            return e.outcome();
        } catch (DivergedException e) {
            return new RunOutcome.Failed(
                    FailureKind.DIVERGED, "training diverged: " + e.getMessage() + "; a lower learning rate may help");
        } catch (OutOfDeviceMemoryException | OutOfMemoryError e) {
            LOG.warnf(e, "attempt %s ran out of memory", assignment.key());
            return new RunOutcome.Failed(
                    FailureKind.OUT_OF_MEMORY,
                    "the device's memory did not suffice: " + e.getMessage()
                            + "; a smaller batch_size or max_sequence_length may help");
        } catch (StoreUnavailable | StoreRefused e) {
            LOG.warnf(e, "attempt %s failed by the object store", assignment.key());
            return new RunOutcome.Failed(FailureKind.TRANSIENT, "the object store failed: " + e.getMessage());
        } catch (RegistryException e) {
            LOG.errorf(e, "attempt %s failed by what is stored", assignment.key());
            return new RunOutcome.Failed(FailureKind.INTERNAL, "the registry refused: " + e.getMessage());
        }
    }

    private RunOutcome attempt(Assignment assignment, RunContext context) {
        try {
            Optional<Version> before =
                    patience.get("looking for the job's version", context::goOn, () -> publisher.existing(assignment));
            if (before.isPresent()) {
                // An attempt before may have died between publication and this.
                publisher.conclude(assignment);
                return Publisher.outcome(before.get());
            }
            if (!assignment.job().baseModel().equals(model.name())) {
                throw new FailRun(
                        FailureKind.INVALID_INPUT,
                        "base model '" + assignment.job().baseModel() + "' is not here; this trainer has '"
                                + model.name() + "'",
                        null);
            }
            try (Scratch.Folder folder = scratch.open(assignment.key())) {
                return new TrainingAttempt(model, registry, context, folder.path(), patience, limit)
                        .run(examples, publisher);
            }
        } catch (StopRun e) {
            return new RunOutcome.Stopped(e.reason(), context.checkpointStep());
        }
    }
}
