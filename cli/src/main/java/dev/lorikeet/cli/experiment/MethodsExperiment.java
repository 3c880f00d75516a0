package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.Tuning.Tuned;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Methods side by side, each at the learning rate that was best for it.
 *
 * @param rank of LoRA on all linear layers, whose parameters are the budget
 * @param tuning of the learning rates
 * @param only names of the methods that are trained, any part of them; empty for all. Of the others the tables have what
 *     earlier calls found.
 */
record MethodsExperiment(int rank, Tuning tuning, List<String> only) implements Experiment {
    MethodsExperiment {
        only = only.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
    }

    @Override
    public Report over(Study study) throws IOException {
        List<Candidate> candidates = ComparedMethods.of(
                study.base().config(), rank, study.conditions().steps());
        check(candidates);
        Comparison comparison = new Comparison(study, "method");
        List<Comparison.Entry> entries = new ArrayList<>();
        comparison.baseEntry().ifPresent(entries::add);
        List<Tuned> tuned = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Tuning.Source source = wanted(candidate) ? study::run : study::recall;
            tuning.tune(source, candidate, study.seeds()).ifPresent(tuned::add);
        }
        tuned.forEach(one -> entries.add(one.entry()));
        String text = "### Methods\n\n" + comparison.conditions() + "Budget: LoRA of rank " + rank
                + " on all linear layers.\n\n" + comparison.tables("size", entries, tuned);
        String title = "Held-out loss by method, " + Tuning.title(tuned);
        return new Report(text, Map.of("methods", comparison.chart(title, entries)));
    }

    private void check(List<Candidate> candidates) {
        Optional<String> unknown = only.stream()
                .filter(word -> candidates.stream().noneMatch(candidate -> matches(candidate, word)))
                .findFirst();
        if (unknown.isPresent()) {
            throw new CommandFailure("--only " + unknown.get() + " matches none of: "
                    + candidates.stream().map(Candidate::name).collect(Collectors.joining(", ")));
        }
    }

    private boolean wanted(Candidate candidate) {
        return only.isEmpty() || only.stream().anyMatch(word -> matches(candidate, word));
    }

    private static boolean matches(Candidate candidate, String word) {
        return candidate.name().toLowerCase(Locale.ROOT).contains(word);
    }
}
