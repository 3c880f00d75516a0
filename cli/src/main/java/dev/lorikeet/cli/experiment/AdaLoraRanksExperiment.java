package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.cli.experiment.plot.HeatMap;
import dev.lorikeet.cli.experiment.result.MarkdownTable;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.cli.experiment.result.Summary;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.FactorRates;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Where AdaLoRA leaves its ranks: of every layer and matrix the rank at the end, the mean over the seeds.
 *
 * @param rank the mean rank at the end
 * @param rate learning rate
 */
record AdaLoraRanksExperiment(int rank, double rate) implements Experiment {
    private static final String RANKS = "ranks";

    @Override
    public Report over(Study study) throws IOException {
        ModelConfig model = study.base().config();
        ModuleSet all = ModuleSet.all(model);
        List<LinearModule> modules = all.modules(model);
        Trial.Watch watch = (run, series) -> {
            if (run.finished()) {
                Map<String, Integer> ranks = run.ranks();
                series.put(
                        RANKS,
                        modules.stream()
                                .map(module -> (double) ranks.getOrDefault(module.path(), 0))
                                .toList());
            }
        };
        List<RunResult> runs = new ArrayList<>();
        for (long seed : study.seeds()) {
            runs.add(study.run(new Trial(
                    "AdaLoRA",
                    LowRankConfigs.adaLora(all, rank, study.conditions().steps()),
                    FactorRates.EQUAL,
                    rate,
                    seed,
                    watch)));
        }
        runs.removeIf(run -> !run.succeeded());
        if (runs.isEmpty()) {
            throw new CommandFailure("every run diverged: try a smaller --rate");
        }
        List<List<Double>> grid = grid(runs, model.layers(), all.paths().size());
        Comparison comparison = new Comparison(study, "run");
        Comparison.Entry entry = new Comparison.Entry("AdaLoRA", "mean rank " + rank, runs);
        String text = "### Where AdaLoRA leaves its ranks\n\n" + comparison.conditions()
                + "AdaLoRA on all linear layers, mean rank " + rank + " at the end, rate " + rate + ".\n\n"
                + comparison.table("size", List.of(entry))
                + "\nMean rank at the end by matrix, over all layers, and by third of the layers:\n\n"
                + means(all, grid);
        return new Report(
                text, Map.of("adalora-ranks", map(all, grid, runs.size()).svg()));
    }

    /** For each layer, for each of its matrices the mean over the runs; modules are in the same order. */
    private static List<List<Double>> grid(List<RunResult> runs, int layers, int matrices) {
        List<List<Double>> grid = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            List<Double> row = new ArrayList<>();
            for (int matrix = 0; matrix < matrices; matrix++) {
                int at = layer * matrices + matrix;
                row.add(Summary.of(runs.stream()
                                .map(run -> run.series(RANKS).get(at))
                                .toList())
                        .mean());
            }
            grid.add(row);
        }
        return grid;
    }

    private static String means(ModuleSet all, List<List<Double>> grid) {
        MarkdownTable table = new MarkdownTable("matrix", "all layers", "lower third", "middle third", "upper third");
        int layers = grid.size();
        for (int matrix = 0; matrix < all.paths().size(); matrix++) {
            table.row(
                    ModuleSet.brief(all.paths().get(matrix)),
                    mean(grid, matrix, 0, layers),
                    mean(grid, matrix, 0, layers / 3),
                    mean(grid, matrix, layers / 3, 2 * layers / 3),
                    mean(grid, matrix, 2 * layers / 3, layers));
        }
        return table.text();
    }

    private static String mean(List<List<Double>> grid, int matrix, int from, int to) {
        return from == to
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f",
                        Summary.of(grid.subList(from, to).stream()
                                        .map(row -> row.get(matrix))
                                        .toList())
                                .mean());
    }

    private HeatMap map(ModuleSet all, List<List<Double>> grid, int runs) {
        return new HeatMap(
                "AdaLoRA's ranks at the end, mean rank " + rank,
                runs == 1 ? "One seed." : "Mean of " + runs + " seeds.",
                all.paths().stream().map(ModuleSet::brief).toList(),
                IntStream.range(0, grid.size()).mapToObj(Integer::toString).toList(),
                "layer",
                grid);
    }
}
