package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.cli.experiment.plot.Axis;
import dev.lorikeet.cli.experiment.plot.DotChart;
import dev.lorikeet.cli.experiment.result.MarkdownTable;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.cli.experiment.result.Summary;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Things that are compared by their test losses, in a table and a chart.
 *
 * @param study where they were measured
 * @param heading of the column that names them
 */
record Comparison(Study study, String heading) {
    private static final String FAILED = "diverged";

    /**
     * One of them.
     *
     * @param name what it is
     * @param note a cell of its own, may be empty
     * @param runs its results, a seed each
     */
    record Entry(String name, String note, List<RunResult> runs) {
        Entry {
            runs = List.copyOf(runs);
        }

        /** Its losses, of the runs that have one. */
        List<Double> measures(String measure) {
            return runs.stream()
                    .filter(RunResult::succeeded)
                    .map(run -> run.measure(measure))
                    .toList();
        }

        /** Whether it is an adapter rather than the base. */
        boolean trained() {
            return runs.stream().anyMatch(run -> run.key().rate() > 0);
        }

        /** Whether any run has measures. */
        boolean measured() {
            return runs.stream().anyMatch(RunResult::succeeded);
        }
    }

    /** The base model without an adapter; none where nothing is to be done and nobody measured it. */
    Optional<Entry> baseEntry() throws IOException {
        Trial trial = Trial.of(
                "base model", LowRankConfigs.lora(ModuleSet.all(study.base().config()), 1), 0, 1);
        return study.run(trial).map(run -> new Entry(trial.variant(), "", List.of(run)));
    }

    /** The table of all, and what the tuning of the learning rates gave. */
    String tables(String noteHeading, List<Entry> entries, List<Tuning.Tuned> tuned) {
        return table(noteHeading, entries)
                + "\nValidation loss by learning rate (first seed); the best one is used:\n\n"
                + Tuning.table(heading, tuned);
    }

    /**
     * A table: name, note, parameters, rate, losses, scores where there are any.
     *
     * @param noteHeading of the notes, empty for none
     */
    String table(String noteHeading, List<Entry> entries) {
        boolean scored = study.conditions().answers() > 0;
        List<String> headings = new ArrayList<>(List.of(heading));
        if (!noteHeading.isEmpty()) {
            headings.add(noteHeading);
        }
        headings.addAll(List.of("trained parameters", "rate", "test loss", "perplexity"));
        if (scored) {
            headings.addAll(List.of("BLEU", "values said, %"));
        }
        MarkdownTable table = new MarkdownTable(headings.toArray(String[]::new));
        for (Entry entry : entries) {
            List<String> cells = new ArrayList<>(List.of(entry.name()));
            if (!noteHeading.isEmpty()) {
                cells.add(entry.note());
            }
            if (entry.measured()) {
                Summary loss = Summary.of(entry.measures(Study.TEST));
                cells.add("%,d".formatted((long)
                        Summary.of(entry.measures(Study.PARAMETERS)).mean()));
                cells.add(
                        entry.trained()
                                ? Tuning.text(entry.runs().getFirst().key().rate())
                                : "");
                cells.add(loss.text(4) + missing(entry, loss.count()));
                cells.add(String.format(Locale.ROOT, "%.3f", Math.exp(loss.mean())));
                if (scored) {
                    cells.add(Summary.of(entry.measures(Study.BLEU)).text(1));
                    cells.add(Summary.of(entry.measures(Study.SLOTS)).text(1));
                }
            } else {
                cells.addAll(List.of("", "", FAILED, ""));
                if (scored) {
                    cells.addAll(List.of("", ""));
                }
            }
            table.row(cells.toArray(String[]::new));
        }
        return table.text();
    }

    /** Seeds that say nothing. */
    private String missing(Entry entry, int measured) {
        int failed = entry.runs().size() - measured;
        int seeds = study.conditions().seeds();
        return (failed > 0 ? " (" + failed + " " + FAILED + ")" : "")
                + (entry.trained() && entry.runs().size() < seeds
                        ? " (" + entry.runs().size() + " of " + seeds + " seeds)"
                        : "");
    }

    /** A dot a thing, with the deviation over the seeds; the base is left out, being far away. */
    String chart(String title, List<Entry> entries) {
        List<DotChart.Row> rows = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.measured() && entry.trained()) {
                List<Double> losses = entry.measures(Study.TEST);
                Summary loss = Summary.of(losses);
                rows.add(new DotChart.Row(
                        entry.name(),
                        loss.mean(),
                        loss.mean() - loss.deviation(),
                        loss.mean() + loss.deviation(),
                        losses));
            }
        }
        if (rows.isEmpty()) {
            throw new CommandFailure("no run has a loss: every one diverged (try smaller rates), or none is finished");
        }
        List<Double> ends = rows.stream()
                .flatMap(row -> Stream.concat(Stream.of(row.low(), row.high()), row.each().stream()))
                .toList();
        String note = points("Large dot", "; small dots: single runs", entries);
        return new DotChart(title, note, Axis.holding("test loss, nats a labelled token", ends), rows, null).svg();
    }

    /** What points and bars of charts are, and under which conditions. */
    String points(String point, String more, List<Entry> entries) {
        IntSummaryStatistics seeds = entries.stream()
                .filter(entry -> entry.measured() && entry.trained())
                .mapToInt(entry -> entry.measures(Study.TEST).size())
                .summaryStatistics();
        String few = seeds.getMin() == seeds.getMax() ? "" : seeds.getMin() + " to ";
        String bars = seeds.getMax() <= 1
                ? "One seed: no error bars. Lower is better."
                : point + ": mean of " + few + seeds.getMax() + " seeds; bar: one standard deviation" + more
                        + ". Lower is better.";
        return bars + "\n" + setting();
    }

    /** Model, data and sizes in a line, for charts. */
    String setting() {
        Conditions conditions = study.conditions();
        return "%s (%s), %s, %d steps of %d rows."
                .formatted(
                        study.base().name(),
                        study.base().precision().name().toLowerCase(Locale.ROOT),
                        study.examples().corpus().name(),
                        conditions.steps(),
                        conditions.rows());
    }

    /** Model, data and sizes in a sentence or two. */
    String conditions() {
        Conditions conditions = study.conditions();
        return ("Base model %s (%s), %s: %d meanings to train on, %d to choose by, %d to report on, none in two parts; %d"
                        + " steps of %d rows, cosine rate, %d seed%s%s. Losses are nats a labelled token of one reference for"
                        + " each held-out meaning.\n")
                .formatted(
                        study.base().name(),
                        study.base().precision().name().toLowerCase(Locale.ROOT),
                        study.examples().corpus().name(),
                        study.examples().corpus().training().size(),
                        study.examples().corpus().validation().size(),
                        study.examples().corpus().test().size(),
                        conditions.steps(),
                        conditions.rows(),
                        conditions.seeds(),
                        conditions.seeds() == 1 ? "" : "s",
                        conditions.answers() == 0
                                ? ""
                                : "; BLEU and values said literally of " + conditions.answers() + " greedy answers");
    }
}
