package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.Tuning.Tuned;
import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.cli.experiment.plot.Axis;
import dev.lorikeet.cli.experiment.plot.Mark;
import dev.lorikeet.cli.experiment.plot.Series;
import dev.lorikeet.cli.experiment.plot.XyChart;
import dev.lorikeet.cli.experiment.result.Summary;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * LoRA at several ranks on queries and values, as LoRA's paper asks which rank suffices.
 *
 * @param ranks to compare
 * @param rate the middle of the learning rates tried
 * @param tuning of the learning rates
 */
record RanksExperiment(List<Integer> ranks, double rate, Tuning tuning) implements Experiment {
    RanksExperiment {
        ranks = List.copyOf(ranks);
    }

    @Override
    public Report over(Study study) throws IOException {
        ModuleSet modules = ModuleSet.queriesAndValues(study.base().config());
        Comparison comparison = new Comparison(study, "LoRA on " + modules.name());
        List<Comparison.Entry> entries = new ArrayList<>();
        comparison.baseEntry().ifPresent(entries::add);
        List<Tuned> tuned = new ArrayList<>();
        List<Mark> marks = new ArrayList<>();
        for (int rank : ranks) {
            Candidate candidate = Candidate.of("rank " + rank, "", LowRankConfigs.lora(modules, rank), rate);
            Optional<Tuned> one = tuning.tune(study::run, candidate, study.seeds());
            one.ifPresent(tuned::add);
            if (one.isPresent() && one.get().entry().measured()) {
                Summary loss = Summary.of(one.get().entry().measures(Study.TEST));
                marks.add(new Mark(rank, loss.mean(), loss.mean() - loss.deviation(), loss.mean() + loss.deviation()));
            }
        }
        tuned.forEach(one -> entries.add(one.entry()));
        String text = "### Rank of LoRA on " + modules.name() + "\n\n" + comparison.conditions()
                + "Alpha is twice the rank.\n\n" + comparison.tables("", entries, tuned);
        String title = "Held-out loss by the rank of LoRA on " + modules.name() + ", " + Tuning.title(tuned);
        return new Report(text, Map.of("ranks", chart(title, marks, comparison, entries)));
    }

    private static String chart(String title, List<Mark> marks, Comparison comparison, List<Comparison.Entry> entries) {
        if (marks.isEmpty()) {
            throw new CommandFailure(
                    "no run has a loss: every one diverged (try a smaller --rate), or none is finished");
        }
        List<Double> ends = marks.stream()
                .flatMap(mark -> Stream.of(mark.low(), mark.high()))
                .toList();
        return new XyChart(
                        title,
                        comparison.points("Point", "", entries),
                        Axis.ratios(
                                "rank (logarithmic)",
                                marks.stream().map(Mark::x).toList()),
                        Axis.holding("test loss, nats a labelled token", ends),
                        List.of(new Series("LoRA", true, marks)))
                .svg();
    }
}
