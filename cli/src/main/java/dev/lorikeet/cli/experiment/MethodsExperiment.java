package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.result.MarkdownTable;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Methods side by side, each at the learning rate that was best for it: rates are tried with the first seed and judged by
 * the validation part, then the other seeds run at the best one and the test part is reported.
 *
 * @param rank of LoRA on all linear layers, whose parameters are the budget
 * @param rates learning rates tried of each method
 * @param only names of the methods wanted, any part of them; empty for all
 */
record MethodsExperiment(int rank, int rates, List<String> only) implements Experiment {
    MethodsExperiment {
        only = only.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
    }

    /** What the rates of one method gave. */
    private record Tuned(ComparedMethod method, List<RunResult> tried, Optional<RunResult> best) {}

    @Override
    public Report over(Study study) throws IOException {
        Comparison comparison = new Comparison(study, "method");
        List<Comparison.Entry> entries = new ArrayList<>();
        List<Tuned> tuned = new ArrayList<>();
        for (ComparedMethod method : methods(study)) {
            Tuned one = tune(study, method);
            tuned.add(one);
            entries.add(entry(study, one));
        }
        List<Comparison.Entry> all = new ArrayList<>(entries);
        all.addFirst(comparison.baseEntry());
        String text = "### Methods\n\n" + comparison.conditions()
                + "Each method at the best of %d learning rate%s by the validation loss of the first seed. Budget: LoRA of rank %d on all linear layers.\n\n"
                        .formatted(rates, rates == 1 ? "" : "s", rank)
                + comparison.table("size", all)
                + "\nValidation loss by learning rate (first seed); the best one is used:\n\n"
                + tuning(tuned);
        return new Report(
                text, Map.of("methods", comparison.chart("Held-out loss by method, learning rate tuned", entries)));
    }

    private List<ComparedMethod> methods(Study study) {
        List<ComparedMethod> all = ComparedMethod.of(
                study.base().config(), rank, study.conditions().steps());
        for (String word : only) {
            if (all.stream().noneMatch(method -> matches(method, word))) {
                throw new CommandFailure("--only " + word + " matches none of: "
                        + all.stream().map(ComparedMethod::name).collect(Collectors.joining(", ")));
            }
        }
        return all.stream()
                .filter(method -> only.isEmpty() || only.stream().anyMatch(word -> matches(method, word)))
                .toList();
    }

    private static boolean matches(ComparedMethod method, String word) {
        return method.name().toLowerCase(Locale.ROOT).contains(word);
    }

    private Tuned tune(Study study, ComparedMethod method) throws IOException {
        List<RunResult> tried = new ArrayList<>();
        for (double rate : method.rates(rates)) {
            tried.add(study.run(trial(method, rate, 1)));
        }
        Optional<RunResult> best = tried.stream()
                .filter(RunResult::succeeded)
                .min((one, other) -> Double.compare(one.measure(Study.VALIDATION), other.measure(Study.VALIDATION)));
        return new Tuned(method, tried, best);
    }

    private static Comparison.Entry entry(Study study, Tuned tuned) throws IOException {
        List<RunResult> runs = new ArrayList<>();
        if (tuned.best().isPresent()) {
            double rate = tuned.best().get().key().rate();
            for (long seed : study.seeds()) {
                runs.add(study.run(trial(tuned.method(), rate, seed)));
            }
        }
        return new Comparison.Entry(tuned.method().name(), tuned.method().note(), runs);
    }

    private static Trial trial(ComparedMethod method, double rate, long seed) {
        return new Trial(method.name(), method.config(), method.factorRates(), rate, seed, Trial.Watch.NONE);
    }

    private static String tuning(List<Tuned> all) {
        MarkdownTable table = new MarkdownTable("method", "rate: validation loss", "used");
        for (Tuned one : all) {
            String losses = one.tried().stream()
                    .map(run -> rate(run) + ": "
                            + (run.succeeded()
                                    ? String.format(Locale.ROOT, "%.4f", run.measure(Study.VALIDATION))
                                    : "diverged"))
                    .collect(Collectors.joining(", "));
            String used = one.best().map(MethodsExperiment::rate).orElse("none");
            table.row(one.method().name(), losses, used + edge(one));
        }
        return table.text();
    }

    /** A best rate at the grid's end may not be the best there is. */
    private static String edge(Tuned one) {
        boolean atEnd = one.tried().size() > 1
                && one.best()
                        .filter(best -> best.equals(one.tried().getFirst())
                                || best.equals(one.tried().getLast()))
                        .isPresent();
        return atEnd ? " (end of the grid)" : "";
    }

    private static String rate(RunResult run) {
        return String.format(Locale.ROOT, "%.1e", run.key().rate()).replace("e-0", "e-");
    }
}
