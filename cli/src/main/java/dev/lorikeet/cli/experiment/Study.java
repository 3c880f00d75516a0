package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.data.Bleu;
import dev.lorikeet.cli.experiment.data.Meaning;
import dev.lorikeet.cli.experiment.data.SlotScore;
import dev.lorikeet.cli.experiment.result.ResultLog;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.AdamWSettings;
import dev.lorikeet.engine.train.DivergedException;
import dev.lorikeet.engine.train.Length;
import dev.lorikeet.engine.train.Schedule;
import dev.lorikeet.engine.train.TrainingOptions;
import dev.lorikeet.engine.train.TrainingRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Does an experiment's runs over one base model and one corpus, each once: what the log has is not done again.
 *
 * @param base the model, which belongs to the caller
 * @param examples what is learned
 * @param conditions of all runs
 * @param log finished runs
 * @param progress is told a line a run, and asked before each step
 * @param recalling whether nothing is done but look into the log
 */
record Study(
        BaseModel base,
        ExampleRows examples,
        Conditions conditions,
        ResultLog log,
        Progress progress,
        boolean recalling) {
    /** Measure: loss a labelled token of the validation part. */
    static final String VALIDATION = "validation_loss";
    /** Measure: loss a labelled token of the test part. */
    static final String TEST = "test_loss";
    /** Measure: BLEU of generated texts, 0 to 100. */
    static final String BLEU = "bleu";
    /** Measure: values said literally, 0 to 100. */
    static final String SLOTS = "slots";
    /** Measure: trained parameters. */
    static final String PARAMETERS = "parameters";
    /** Measure: seconds of the training steps. */
    static final String SECONDS = "training_seconds";
    /** Series: loss of each training step. */
    static final String LOSSES = "training_losses";

    private static final int LONGEST_ANSWER = 64;
    private static final int LONGEST_BYTES = 200;
    /** A vocabulary below this is of bytes or little more, whose answers are longer. */
    private static final int SMALL_VOCABULARY = 4096;

    private static final double WARM_UP_SHARE = 0.1;
    private static final int DIGEST_BYTES = 8;

    /** The seeds of repeated runs. */
    List<Long> seeds() {
        return LongStream.rangeClosed(1, conditions.seeds()).boxed().toList();
    }

    /** A digest of what a result depends on besides variant, rate and seed, how many seeds there are not among it. */
    String setting(String... parts) {
        String all = String.join(
                "\n",
                base.digest(),
                base.precision().name(),
                examples.corpus().digest(),
                "steps %d rows %d answers %d".formatted(conditions.steps(), conditions.rows(), conditions.answers()),
                String.join("\n", parts));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * A result that the log has, or that is found now; none if the log has none and nothing is to be done.
     *
     * @throws StoppedException if the work was told to stop; what is not finished is not kept
     */
    Optional<RunResult> keep(RunResult.Key key, Supplier<RunResult> work) throws IOException {
        Optional<RunResult> known = log.find(key);
        if (known.isPresent() || recalling) {
            return known;
        }
        progress.mayGoOn();
        long begin = System.nanoTime();
        RunResult found = log.add(work.get());
        progress.say(line(found, (System.nanoTime() - begin) / 1e9));
        return Optional.of(found);
    }

    private static String line(RunResult result, double seconds) {
        StringBuilder line = new StringBuilder("%s, rate %.2g, seed %d:"
                .formatted(
                        result.key().variant(),
                        result.key().rate(),
                        result.key().seed()));
        line.append(result.succeeded() ? "" : " " + result.failure());
        for (String name : List.of(VALIDATION, TEST, BLEU, SLOTS)) {
            Double value = result.measures().get(name);
            if (value != null) {
                line.append(String.format(Locale.ROOT, " %s %.4f", name.replace('_', ' '), value));
            }
        }
        return line.append(String.format(Locale.ROOT, " (%.0f s)", seconds)).toString();
    }

    /** Trains and measures, unless the log has it; none if the log has it not and nothing is to be done. */
    Optional<RunResult> run(Trial trial) throws IOException {
        RunResult.Key key = key(trial);
        return keep(key, () -> train(key, trial));
    }

    /** What the log has. */
    Optional<RunResult> recall(Trial trial) {
        return log.find(key(trial));
    }

    private RunResult.Key key(Trial trial) {
        return new RunResult.Key(
                trial.variant(),
                trial.rate(),
                trial.seed(),
                setting(trial.config().json().toString(), trial.factorRates().toString()));
    }

    private RunResult train(RunResult.Key key, Trial trial) {
        boolean trained = trial.rate() > 0;
        int warmUp = (int) Math.round(WARM_UP_SHARE * conditions.steps());
        TrainingOptions options = TrainingOptions.defaults(trial.seed())
                .withBatch(conditions.rows(), 1)
                .withLength(new Length.Steps(conditions.steps()))
                .withSchedule(Schedule.cosine(trained ? trial.rate() : 1, warmUp))
                .withOptimizer(AdamWSettings.DEFAULT.withFactorRates(trial.factorRates()));
        Map<String, Double> measures = new LinkedHashMap<>();
        Map<String, List<Double>> series = new LinkedHashMap<>();
        List<Double> losses = new ArrayList<>();
        try (TrainingRun run = TrainingRun.start(base, trial.config(), options, examples.training())) {
            measures.put(PARAMETERS, trained ? (double) run.trainedParameters() : 0.0);
            long nanos = 0;
            while (trained && !run.finished()) {
                progress.mayGoOn();
                long begin = System.nanoTime();
                losses.add(run.step().loss());
                nanos += System.nanoTime() - begin;
                trial.watch().look(run, series);
            }
            measures.put(SECONDS, nanos / 1e9);
            measures.put(VALIDATION, run.evaluate(examples.validation()));
            progress.mayGoOn();
            measures.put(TEST, run.evaluate(examples.test()));
            score(trained ? run.adapter() : null, measures);
        } catch (DivergedException e) {
            return new RunResult(key, "diverged: " + e.getMessage(), Map.of(), Map.of(LOSSES, losses));
        }
        series.put(LOSSES, losses);
        return new RunResult(key, "", measures, series);
    }

    private void score(@Nullable StoredAdapter adapter, Map<String, Double> measures) {
        if (conditions.answers() == 0) {
            return;
        }
        List<Meaning> test = examples.corpus().test();
        List<Meaning> asked = test.subList(0, Math.min(conditions.answers(), test.size()));
        int longest = base.config().vocabularySize() < SMALL_VOCABULARY ? LONGEST_BYTES : LONGEST_ANSWER;
        List<String> answers = Answers.of(base, adapter, asked, longest, progress);
        measures.put(
                BLEU, Bleu.of(answers, asked.stream().map(Meaning::references).toList()));
        measures.put(SLOTS, SlotScore.of(answers, asked));
    }
}
