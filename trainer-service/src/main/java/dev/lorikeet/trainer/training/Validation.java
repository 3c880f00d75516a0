package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.DivergedException;
import dev.lorikeet.engine.train.Evaluation;
import dev.lorikeet.engine.train.TrainingRun;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The loss over held-out examples while a run trains: measures it, keeps the run's state where it was least, and tells
 * when it has not fallen for too long. The state travels in every checkpoint, so that a resumed attempt ends with the
 * same adapter. For the run's thread. With nothing held out it does nothing.
 */
final class Validation {
    private static final String FILE = "validation.properties";
    private static final String PREFIX = "best-";

    private final TrainingJob.Validation settings;
    private final List<EncodedExample> heldOut;
    private final Path best;
    private TrainingProgress.@Nullable Validation newest;
    private int misses;

    /**
     * A validation before the first measurement.
     *
     * @param best where the best state is kept; need not exist
     */
    Validation(TrainingJob.Validation settings, List<EncodedExample> heldOut, Path best) {
        this.settings = settings;
        this.heldOut = List.copyOf(heldOut);
        this.best = best;
    }

    /** Measures after a step if it is time to, and always after the last one. */
    void after(TrainingRun run) throws IOException {
        int step = run.stepsDone();
        if (heldOut.isEmpty() || (step % settings.everySteps() != 0 && !run.finished())) {
            return;
        }
        Evaluation measured = run.measure(heldOut);
        double loss = measured.loss();
        if (!Double.isFinite(loss)) {
            throw new DivergedException("the loss over the held-out examples is " + loss + " after step " + step);
        }
        if (newest == null || loss < newest.bestLoss()) {
            Scratch.remove(best);
            Files.createDirectories(best);
            run.writeCheckpoint(best);
            newest = new TrainingProgress.Validation(step, loss, step, loss, measured.accuracy());
            misses = 0;
        } else {
            newest = new TrainingProgress.Validation(
                    step, loss, newest.bestStep(), newest.bestLoss(), measured.accuracy());
            misses++;
        }
    }

    /** The newest measurement. */
    Optional<TrainingProgress.Validation> newest() {
        return Optional.ofNullable(newest);
    }

    /** Whether the loss has not fallen for as long as the job is patient. */
    boolean over() {
        return settings.patience() > 0 && misses >= settings.patience();
    }

    /**
     * The run where the loss was least.
     *
     * @param run the run as it is, which stays the caller's
     * @param examples that it trains on
     * @return another run, to be closed; empty if that is where the run stands, or nothing was measured
     */
    Optional<TrainingRun> best(BaseModel model, TrainingRun run, List<EncodedExample> examples) throws IOException {
        return newest == null || newest.bestStep() == run.stepsDone()
                ? Optional.empty()
                : Optional.of(TrainingRun.resume(model, best, examples));
    }

    /** Adds what is known to a checkpoint's folder. */
    void write(Path checkpoint) throws IOException {
        TrainingProgress.Validation known = newest;
        if (known == null) {
            return;
        }
        try (var files = Files.newDirectoryStream(best)) {
            for (Path file : files) {
                Files.copy(file, checkpoint.resolve(PREFIX + file.getFileName()));
            }
        }
        Files.writeString(
                checkpoint.resolve(FILE),
                "step=" + known.step() + "\nloss=" + known.loss() + "\nbest_step=" + known.bestStep() + "\nbest_loss="
                        + known.bestLoss() + "\nmisses=" + misses + "\n"
                        + (known.accuracy().isPresent()
                                ? "accuracy=" + known.accuracy().getAsDouble() + "\n"
                                : ""));
    }

    /** Takes over what a checkpoint's folder knows, whatever was known before. */
    void restore(Path checkpoint) throws IOException {
        reset();
        Path file = checkpoint.resolve(FILE);
        if (!Files.exists(file)) {
            return;
        }
        Properties known = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            known.load(reader);
        }
        Files.createDirectories(best);
        try (var files = Files.newDirectoryStream(checkpoint, PREFIX + "*")) {
            for (Path each : files) {
                Files.move(each, best.resolve(each.getFileName().toString().substring(PREFIX.length())));
            }
        }
        try {
            newest = new TrainingProgress.Validation(
                    Integer.parseInt(known.getProperty("step", "")),
                    Double.parseDouble(known.getProperty("loss", "")),
                    Integer.parseInt(known.getProperty("best_step", "")),
                    Double.parseDouble(known.getProperty("best_loss", "")),
                    accuracy(known.getProperty("accuracy")));
            misses = Integer.parseInt(known.getProperty("misses", ""));
        } catch (NumberFormatException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static OptionalDouble accuracy(@Nullable String known) {
        return known == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(known));
    }

    /** Forgets everything. */
    void reset() {
        newest = null;
        misses = 0;
        if (Files.exists(best)) {
            Scratch.remove(best);
        }
    }
}
