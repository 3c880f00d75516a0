package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.cli.experiment.plot.Axis;
import dev.lorikeet.cli.experiment.plot.Mark;
import dev.lorikeet.cli.experiment.plot.Series;
import dev.lorikeet.cli.experiment.plot.XyChart;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.cli.experiment.result.Summary;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * LoRA at several ranks on queries and values, as LoRA's paper asks which rank suffices.
 *
 * @param ranks to compare
 * @param rate learning rate of all of them
 */
record RanksExperiment(List<Integer> ranks, double rate) implements Experiment {
    RanksExperiment {
        ranks = List.copyOf(ranks);
    }

    @Override
    public Report over(Study study) throws IOException {
        ModuleSet modules = ModuleSet.queriesAndValues(study.base().config());
        Comparison comparison = new Comparison(study, "rank");
        List<Comparison.Entry> entries = new ArrayList<>();
        entries.add(comparison.baseEntry());
        List<Mark> marks = new ArrayList<>();
        for (int rank : ranks) {
            List<RunResult> runs = new ArrayList<>();
            for (long seed : study.seeds()) {
                runs.add(study.run(Trial.of("rank " + rank, LowRankConfigs.lora(modules, rank), rate, seed)));
            }
            Comparison.Entry entry = new Comparison.Entry(Integer.toString(rank), "", runs);
            entries.add(entry);
            if (entry.measured()) {
                Summary loss = Summary.of(entry.measures(Study.TEST));
                marks.add(new Mark(rank, loss.mean(), loss.mean() - loss.deviation(), loss.mean() + loss.deviation()));
            }
        }
        String text = "### Rank of LoRA on " + modules.name() + "\n\n" + comparison.conditions() + "Rate " + rate
                + " for every rank, alpha twice the rank.\n\n" + comparison.table("", entries);
        return new Report(text, Map.of("ranks", chart(modules, marks, comparison)));
    }

    private String chart(ModuleSet modules, List<Mark> marks, Comparison comparison) {
        if (marks.isEmpty()) {
            throw new CommandFailure("every run diverged: try a smaller --rate");
        }
        List<Double> ends = marks.stream()
                .flatMap(mark -> Stream.of(mark.low(), mark.high()))
                .toList();
        return new XyChart(
                        "Held-out loss by the rank of LoRA on " + modules.name(),
                        comparison.points("Point", ""),
                        Axis.ratios(
                                "rank (logarithmic)",
                                marks.stream().map(Mark::x).toList()),
                        Axis.holding("test loss, nats a labelled token", ends),
                        List.of(new Series("LoRA", true, marks)))
                .svg();
    }
}
