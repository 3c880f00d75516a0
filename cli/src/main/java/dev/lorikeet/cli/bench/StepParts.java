package dev.lorikeet.cli.bench;

import dev.lorikeet.engine.bench.TrainingBench;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.train.TrainingProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Where a training step's time goes.
 *
 * @param name the case
 * @param precision the weights'
 * @param stepMillis of a whole step, all threads, the median
 * @param parts milliseconds of each part, on one thread for the rows that it computes
 */
record StepParts(String name, String precision, double stepMillis, Map<String, Double> parts) {
    StepParts {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** Measures a training case, each part and the whole so many times. */
    static StepParts measure(Path model, BenchCase one, Precision precision, int threads, int times)
            throws IOException {
        int rows = one.work().path("rows").asInt();
        int length = one.work().path("length").asInt();
        int rank = one.work().path("rank").asInt();
        // Rows that the threads cannot share evenly are computed by all of them together.
        int sharing = rows % threads == 0 ? threads : 1;
        LoadOptions options =
                new LoadOptions("bench", LoadOptions.reference("bench").device(), precision, threads);
        try (BaseModel base = BaseModel.load(model, options)) {
            double step;
            try (TrainingBench bench = new TrainingBench(base, new TrainingBench.Work(rows, length, rank))) {
                step = Figures.Side.of(one.tokens(), bench.steps(times), 0).medianMillis();
            }
            try (TrainingProfile profile = new TrainingProfile(base, rows, length, rank, sharing)) {
                return new StepParts(one.name(), BenchCase.word(precision), step, profile.measure(times));
            }
        }
    }

    /** A table in Markdown. */
    String table() {
        StringBuilder table =
                new StringBuilder("| " + name + ", " + precision + " | ms | of the step |\n|---|---|---|\n");
        double known = 0;
        for (Map.Entry<String, Double> part : parts.entrySet()) {
            row(table, part.getKey(), part.getValue());
            known += part.getValue();
        }
        row(table, "everything else", stepMillis - known);
        row(table, "whole step", stepMillis);
        return table.toString();
    }

    private void row(StringBuilder table, String part, double millis) {
        table.append(String.format(Locale.ROOT, "| %s | %.0f | %.0f %% |%n", part, millis, 100 * millis / stepMillis));
    }
}
