package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.Evaluation;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Description;
import dev.lorikeet.registry.adapter.FileSet;
import dev.lorikeet.registry.adapter.Origin;
import dev.lorikeet.registry.adapter.Publication;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.proto.ProtobufDocuments;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import dev.lorikeet.trainer.method.EngineMethod;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jboss.logging.Logger;

/** Makes a finished adapter a version, once for each job, and announces it. */
final class Publisher {
    private static final Logger LOG = Logger.getLogger(Publisher.class);
    private static final String STEPS = "steps";
    private static final String FINAL_LOSS = "final_loss";
    private static final String TRAINING_SECONDS = "training_seconds";

    private final BaseModel model;
    private final Registry registry;
    private final Announcer announcer;

    Publisher(BaseModel model, Registry registry, Announcer announcer) {
        this.model = model;
        this.registry = registry;
        this.announcer = announcer;
    }

    /**
     * Figures of a finished training.
     *
     * @param steps optimizer steps
     * @param tokens trained on, padding not counted
     * @param finalLoss of the last step
     * @param trainingSeconds wall-clock seconds of this attempt
     * @param sample of the finished adapter over some of its examples
     * @param validation the last measurement over held-out examples
     * @param heldOutAccuracy of the finished adapter over them, if it is a classifier
     */
    record Figures(
            int steps,
            long tokens,
            double finalLoss,
            double trainingSeconds,
            Evaluation sample,
            Optional<TrainingProgress.Validation> validation,
            OptionalDouble heldOutAccuracy) {
        Map<String, Double> metrics() {
            Map<String, Double> metrics = new HashMap<>(Map.of(
                    STEPS,
                    (double) steps,
                    "tokens",
                    (double) tokens,
                    FINAL_LOSS,
                    finalLoss,
                    TRAINING_SECONDS,
                    trainingSeconds,
                    "eval_loss",
                    sample.loss()));
            sample.accuracy().ifPresent(share -> metrics.put("eval_accuracy", share));
            heldOutAccuracy.ifPresent(share -> metrics.put("validation_accuracy", share));
            validation.ifPresent(held -> {
                metrics.put("validation_loss", held.bestLoss());
                metrics.put("best_step", (double) held.bestStep());
            });
            return metrics;
        }
    }

    /** The version that the job already has, whoever published it. */
    Optional<Version> existing(Assignment assignment) {
        return registry.adapters()
                .versionOfJob(
                        assignment.tenant(),
                        assignment.job().adapter(),
                        assignment.key().job());
    }

    /**
     * Publishes the adapter in a folder, or finds what another attempt published. Writes only while the attempt may go
     * on.
     */
    Version publish(Assignment assignment, StoredAdapter adapter, Path folder, Figures figures, Checks checks) {
        long parameters = adapter.tensors().specs().stream()
                .mapToLong(TensorSpec::elements)
                .sum();
        Adapters guarded = new Adapters(new GuardedStore(registry.store(), checks), new ProtobufDocuments());
        return guarded.publish(
                new Publication(
                        assignment.tenant(),
                        assignment.job().adapter(),
                        new Origin(assignment.key().job(), assignment.key().number()),
                        FileSet.ofFolder(folder),
                        new Description(
                                new BaseModelRef(model.name(), model.digest()),
                                adapter.config().json().path("peft_type").asText(),
                                EngineMethod.of(assignment.job()).name(),
                                parameters,
                                figures.metrics(),
                                assignment.job().metadata())),
                Instant.now());
    }

    /**
     * Announces what stands in the store, and removes the job's checkpoints, which nobody needs any more. Neither is
     * worth an attempt's failure.
     */
    void conclude(Assignment assignment) {
        try {
            announcer.announce(registry.adapters()
                    .state(assignment.tenant(), assignment.job().adapter()));
            registry.checkpoints().prune(assignment.tenant(), assignment.key().job(), 0);
        } catch (RegistryException e) {
            LOG.warnf("after publication by attempt %s: %s", assignment.key(), e.getMessage());
        }
    }

    /** The attempt's outcome by a version's own figures. */
    static RunOutcome.Published outcome(Version version) {
        Map<String, Double> metrics = version.description().metrics();
        return new RunOutcome.Published(
                version.number(),
                version.revision(),
                metrics.getOrDefault(STEPS, 0.0).intValue(),
                metrics.getOrDefault(FINAL_LOSS, 0.0),
                metrics.getOrDefault(TRAINING_SECONDS, 0.0));
    }
}
