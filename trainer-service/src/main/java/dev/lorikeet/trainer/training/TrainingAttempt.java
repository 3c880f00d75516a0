package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.DatasetReader;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.AdapterCheck;
import dev.lorikeet.engine.train.DivergedException;
import dev.lorikeet.engine.train.Evaluation;
import dev.lorikeet.engine.train.StepResult;
import dev.lorikeet.engine.train.TrainingRun;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.PaceMeter;
import dev.lorikeet.trainer.attempt.Phase;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.StopReason;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import dev.lorikeet.trainer.method.EngineMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One attempt from its dataset to its version; used once, on one thread. */
final class TrainingAttempt {
    /** Examples over which the finished adapter's loss is measured. */
    private static final int SAMPLE = 32;

    private static final String BEST = "best";

    private final BaseModel model;
    private final Registry registry;
    private final RunContext context;
    private final Path scratch;
    private final Patience patience;
    private final SizeLimit limit;
    private final Assignment assignment;
    private final Duration begin;
    private long tokens;
    private double loss;
    private Validation validation;

    TrainingAttempt(
            BaseModel model, Registry registry, RunContext context, Path scratch, Patience patience, SizeLimit limit) {
        this.registry = registry;
        this.context = context;
        this.scratch = scratch;
        this.patience = patience;
        this.limit = limit;
        this.assignment = context.assignment();
        this.model = EngineMethod.of(assignment.job()).over(model);
        this.begin = context.control().now();
        this.validation = new Validation(TrainingJob.Validation.NONE, List.of(), scratch.resolve(BEST));
    }

    /**
     * Runs it.
     *
     * @throws StopRun if it was told to stop
     * @throws FailRun if it failed for a reason that can be told
     */
    RunOutcome run(ExampleSource source, Publisher publisher) {
        context.listener().phase(Phase.FETCHING);
        TrainingJob job = assignment.job();
        DatasetReader.Result dataset = patience.get("reading the dataset", context::goOn, () -> source.read(job));
        context.listener().phase(Phase.VALIDATING);
        Examples examples = source.encode(dataset, job, context::goOn);
        limit.check(model, job, examples);
        validation = new Validation(job.hyperparameters().validation(), examples.heldOut(), scratch.resolve(BEST));
        RunStart start = RunStart.of(
                model, assignment, examples, validation, registry.checkpoints(), scratch, patience, context::goOn);
        try (TrainingRun run = start.run()) {
            tokens = start.notes().tokens();
            loss = start.notes().loss();
            context.checkpointStep(run.stepsDone());
            context.listener().phase(Phase.TRAINING);
            context.listener().started(run.stepsDone(), examples.use());
            train(run);
            return finishBest(run, examples, publisher);
        }
    }

    private void train(TrainingRun run) {
        CheckpointUploads uploads =
                new CheckpointUploads(registry.checkpoints(), assignment, context::goOnToTheEnd, step -> {
                    context.checkpointStep(step);
                    context.listener().checkpointed(step);
                });
        try {
            steps(run, uploads);
        } finally {
            uploads.await();
        }
    }

    private void steps(TrainingRun run, CheckpointUploads uploads) {
        TrainingJob.Hyperparameters settings = assignment.job().hyperparameters();
        PaceMeter pace =
                new PaceMeter(run.stepsDone(), tokens, context.control().now());
        int handedOver = run.stepsDone();
        while (!run.finished() && !validation.over()) {
            Optional<StopReason> reason = context.control().stopReason();
            if (reason.isPresent()) {
                if (reason.get().checkpointed() && run.stepsDone() > handedOver) {
                    checkpoint(run, uploads);
                }
                throw new StopRun(reason.get());
            }
            StepResult step = run.step();
            tokens += step.tokens();
            loss = step.loss();
            validate(run);
            boolean last = run.finished() || validation.over();
            TrainingProgress.Pace now = pace.after(
                    run.stepsDone(), run.totalSteps(), tokens, context.control().now());
            if (run.stepsDone() % settings.reportEvery() == 0 || last) {
                context.listener()
                        .progress(new TrainingProgress(
                                run.stepsDone(),
                                run.totalSteps(),
                                new TrainingProgress.Measures(
                                        step.loss(), step.learningRate(), step.gradientNorm(), validation.newest()),
                                tokens,
                                now,
                                run.ranks()));
            }
            if (run.stepsDone() % settings.checkpointEvery() == 0 && !last) {
                checkpoint(run, uploads);
                handedOver = run.stepsDone();
            }
        }
    }

    private void checkpoint(TrainingRun run, CheckpointUploads uploads) {
        // Waits first: never more than this one and the one before on the local disk.
        uploads.await();
        Path folder = scratch.resolve("checkpoint-" + run.stepsDone());
        try {
            CheckpointFolder.write(run, new CheckpointNotes(tokens, loss), folder);
            validation.write(folder);
        } catch (IOException e) {
            throw diskFailed(e);
        }
        uploads.begin(run.stepsDone(), folder);
    }

    private void validate(TrainingRun run) {
        try {
            validation.after(run);
        } catch (IOException e) {
            throw diskFailed(e);
        }
    }

    private static FailRun diskFailed(IOException e) {
        return new FailRun(FailureKind.TRANSIENT, "the trainer's disk failed: " + e.getMessage(), e);
    }

    /** Publishes the run as it stands, or as it stood where the loss over held-out examples was least. */
    private RunOutcome finishBest(TrainingRun run, Examples examples, Publisher publisher) {
        Optional<TrainingRun> best;
        try {
            best = validation.best(model, run, examples.encoded());
        } catch (IOException e) {
            throw diskFailed(e);
        }
        int steps = run.stepsDone();
        if (best.isEmpty()) {
            return finish(run, steps, examples, publisher);
        }
        try (TrainingRun then = best.get()) {
            return finish(then, steps, examples, publisher);
        }
    }

    private RunOutcome finish(TrainingRun run, int steps, Examples examples, Publisher publisher) {
        context.listener().phase(Phase.VERIFYING);
        List<EncodedExample> trained = examples.encoded();
        Evaluation sample = run.measure(trained.subList(0, Math.min(SAMPLE, trained.size())));
        if (!Double.isFinite(sample.loss())) {
            throw new DivergedException("the finished adapter's loss is " + sample.loss());
        }
        OptionalDouble heldOut =
                examples.labels().isEmpty() || examples.heldOut().isEmpty()
                        ? OptionalDouble.empty()
                        : run.measure(examples.heldOut()).accuracy();
        StoredAdapter adapter = run.adapter();
        Path folder = checked(run, adapter);
        context.goOnToTheEnd();
        context.listener().phase(Phase.PUBLISHING);
        double seconds = context.control().now().minus(begin).toNanos() / 1e9;
        Publisher.Figures figures =
                new Publisher.Figures(steps, tokens, loss, seconds, sample, validation.newest(), heldOut);
        Version version = patience.get(
                "publishing the adapter",
                context::goOnToTheEnd,
                () -> publisher.publish(assignment, adapter, folder, figures, context::goOnToTheEnd));
        publisher.conclude(assignment);
        return Publisher.outcome(version);
    }

    /** The adapter's folder, once the engine has found nothing wrong with it. */
    private Path checked(TrainingRun run, StoredAdapter adapter) {
        Path folder = scratch.resolve("adapter");
        try {
            Files.createDirectories(folder);
            adapter.write(folder);
            return switch (AdapterCheck.check(run, folder)) {
                case AdapterCheck.Result.Sound _ -> folder;
                case AdapterCheck.Result.Unsound(String reason) ->
                    throw new FailRun(FailureKind.INTERNAL, "the adapter failed its check: " + reason, null);
            };
        } catch (IOException e) {
            throw diskFailed(e);
        }
    }
}
