package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.result.MarkdownTable;
import dev.lorikeet.cli.experiment.result.RunResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds a candidate's learning rate: a few rates about its middle one are tried with the first seed and judged by the
 * validation part; while the best is at an end of those tried, the next one beyond it is tried too. The other seeds then
 * run at the best rate, and the test part is reported.
 *
 * @param rates learning rates that are tried in any case, a factor of {@value #BETWEEN_RATES} apart
 * @param widen further rates at most where the best is at an end
 */
record Tuning(int rates, int widen) {
    /** Neighbouring rates that are tried differ by this factor. */
    static final int BETWEEN_RATES = 3;

    private static final int MOST_RATES = 9;

    Tuning {
        if (rates < 1 || rates > MOST_RATES || widen < 0 || widen > MOST_RATES) {
            throw new IllegalArgumentException("learning rates tried must be 1 to " + MOST_RATES
                    + ", further ones 0 to " + MOST_RATES + ", not " + rates + " and " + widen);
        }
    }

    /** Where a trial's result comes from; none if it is not there and is not to be found now. */
    @FunctionalInterface
    interface Source {
        Optional<RunResult> result(Trial trial) throws IOException;
    }

    /**
     * What became of one candidate.
     *
     * @param candidate what was tuned
     * @param tried results of the first seed, learning rates rising
     * @param runs results of all seeds at the best rate; empty if every rate diverged
     */
    record Tuned(Candidate candidate, List<RunResult> tried, List<RunResult> runs) {
        Tuned {
            tried = List.copyOf(tried);
            runs = List.copyOf(runs);
        }

        /** The rate that is used. */
        Optional<Double> rate() {
            return runs.stream().findFirst().map(run -> run.key().rate());
        }

        /** As tables compare it. */
        Comparison.Entry entry() {
            return new Comparison.Entry(candidate.name(), candidate.note(), runs);
        }
    }

    /** Tunes one candidate; empty if the source has nothing of it. */
    Optional<Tuned> tune(Source source, Candidate candidate, List<Long> seeds) throws IOException {
        List<RunResult> tried = new ArrayList<>();
        for (int place = -(rates - 1) / 2; place <= rates / 2; place++) {
            source.result(candidate.trial(rate(candidate, place), seeds.getFirst()))
                    .ifPresent(tried::add);
        }
        if (tried.isEmpty()) {
            return Optional.empty();
        }
        widen(source, candidate, seeds.getFirst(), tried);
        Optional<RunResult> best = best(tried);
        List<RunResult> runs = new ArrayList<>();
        if (best.isPresent()) {
            for (long seed : seeds) {
                source.result(candidate.trial(best.get().key().rate(), seed)).ifPresent(runs::add);
            }
        }
        return Optional.of(new Tuned(candidate, tried, runs));
    }

    /** Tries rates beyond an end as long as the best one is there; of a single rate nothing is asked. */
    private void widen(Source source, Candidate candidate, long seed, List<RunResult> tried) throws IOException {
        int below = -(rates - 1) / 2;
        int above = rates / 2;
        for (int i = 0; i < widen && tried.size() > 1; i++) {
            Optional<RunResult> best = best(tried);
            if (best.isEmpty() || best.get().equals(tried.getFirst())) {
                // Where all diverged, a smaller rate is what may help.
                below--;
                Optional<RunResult> lower = source.result(candidate.trial(rate(candidate, below), seed));
                lower.ifPresent(tried::addFirst);
                if (lower.isEmpty()) {
                    return;
                }
            } else if (best.get().equals(tried.getLast())) {
                above++;
                Optional<RunResult> higher = source.result(candidate.trial(rate(candidate, above), seed));
                higher.ifPresent(tried::add);
                if (higher.isEmpty()) {
                    return;
                }
            } else {
                return;
            }
        }
    }

    private static double rate(Candidate candidate, int place) {
        return candidate.rate() * Math.pow(BETWEEN_RATES, place);
    }

    private static Optional<RunResult> best(List<RunResult> tried) {
        return tried.stream()
                .filter(RunResult::succeeded)
                .min((one, other) -> Double.compare(one.measure(Study.VALIDATION), other.measure(Study.VALIDATION)));
    }

    /** The losses that decided, a row for each candidate. */
    static String table(String heading, List<Tuned> all) {
        MarkdownTable table = new MarkdownTable(heading, "rate: validation loss", "used");
        for (Tuned one : all) {
            String losses = one.tried().stream()
                    .map(run -> text(run.key().rate()) + ": "
                            + (run.succeeded()
                                    ? String.format(Locale.ROOT, "%.4f", run.measure(Study.VALIDATION))
                                    : "diverged"))
                    .collect(Collectors.joining(", "));
            String used = one.rate().map(Tuning::text).orElse("none");
            table.row(one.candidate().name(), losses, used + edge(one));
        }
        return table.text();
    }

    /** A best rate at the end of those tried may not be the best there is. */
    private static String edge(Tuned one) {
        boolean atEnd = one.tried().size() > 1
                && one.rate()
                        .filter(rate -> rate == one.tried().getFirst().key().rate()
                                || rate == one.tried().getLast().key().rate())
                        .isPresent();
        return atEnd ? " (end of the rates tried)" : "";
    }

    /** How the rates came about, for titles: {@code best of 3 to 5 learning rates}. */
    static String title(List<Tuned> all) {
        IntSummaryStatistics tried =
                all.stream().mapToInt(one -> one.tried().size()).summaryStatistics();
        if (tried.getMax() == 1) {
            return "one learning rate";
        }
        return "best of "
                + (tried.getMin() == tried.getMax() ? "" : tried.getMin() + " to ")
                + tried.getMax() + " learning rates";
    }

    /** A learning rate in two digits. */
    static String text(double rate) {
        return String.format(Locale.ROOT, "%.1e", rate).replace("e-0", "e-");
    }
}
