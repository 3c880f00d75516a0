package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.classifier.ClassifierConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainingOptions;
import dev.lorikeet.engine.train.TrainingRun;
import dev.lorikeet.registry.checkpoint.Checkpoints;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.EngineMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import org.jboss.logging.Logger;

/**
 * A run at its first step, or where a former attempt's newest usable checkpoint left it.
 *
 * @param run the engine's run, to be closed by whoever gets this
 * @param notes what had happened by then
 */
record RunStart(TrainingRun run, CheckpointNotes notes) {
    private static final Logger LOG = Logger.getLogger(RunStart.class);

    /**
     * Begins or resumes.
     *
     * @throws FailRun with kind invalid input if the engine refuses the job's settings
     */
    static RunStart of(
            BaseModel model,
            Assignment assignment,
            Examples data,
            Validation validation,
            Checkpoints checkpoints,
            Path scratch,
            Patience patience,
            Checks checks) {
        List<EncodedExample> examples = data.encoded();
        NavigableSet<Integer> steps = patience.get(
                "listing checkpoints",
                checks,
                () -> checkpoints.steps(assignment.tenant(), assignment.key().job()));
        for (int step : steps.descendingSet()) {
            Path folder = scratch.resolve("resume-" + step);
            try {
                patience.get("fetching checkpoint " + step, checks, () -> {
                    Scratch.remove(folder);
                    checkpoints.download(assignment.tenant(), assignment.key().job(), step, folder);
                    return folder;
                });
                CheckpointFolder.unpack(folder);
                CheckpointNotes notes = CheckpointNotes.read(folder);
                validation.restore(folder);
                return new RunStart(TrainingRun.resume(model, folder, examples), notes);
            } catch (NotFound | Corrupt | IOException | IllegalArgumentException e) {
                // An older one, or a fresh start, gives the same adapter: it only takes longer.
                LOG.warnf(
                        "checkpoint %d of job %s cannot be used: %s",
                        step, assignment.key().job(), e.getMessage());
            } finally {
                Scratch.remove(folder);
            }
        }
        validation.reset();
        try {
            TrainingOptions options = EngineSettings.options(assignment.job(), examples.size());
            TrainableConfig config = config(model, assignment.job(), options, data);
            return new RunStart(TrainingRun.start(model, config, options, examples), CheckpointNotes.NONE);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw refused(e);
        }
    }

    /**
     * The adapter that a job asks for, with a classifier where its examples have labels.
     *
     * @throws IllegalArgumentException if its method fits not the model
     */
    static TrainableConfig config(BaseModel model, TrainingJob job, TrainingOptions options, Examples examples) {
        int total = options.length().totalSteps(Math.ceilDiv(examples.encoded().size(), options.window()));
        TrainableConfig method = EngineMethod.of(job).recipe().config(model, total);
        return examples.labels().isEmpty() ? method : new ClassifierConfig(method, examples.labels());
    }

    /** What the tenant is told when the engine refuses a job's settings. */
    static FailRun refused(RuntimeException e) {
        return new FailRun(FailureKind.INVALID_INPUT, "the job cannot be trained: " + e.getMessage(), e);
    }
}
