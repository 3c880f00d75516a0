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
            study.run(new Trial(
                            "AdaLoRA",
                            LowRankConfigs.adaLora(all, rank, study.conditions().steps()),
                            FactorRates.EQUAL,
                            rate,
                            seed,
                            watch))
                    .ifPresent(runs::add);
        }
        runs.removeIf(run -> !run.succeeded());
        if (runs.isEmpty()) {
            throw new CommandFailure(
                    "no run has ranks: every one diverged (try a smaller --rate), or none is finished");
        }
        List<Grid> grids = runs.stream()
                .map(run -> Grid.of(run.series(RANKS), all.paths().size()))
                .toList();
        Comparison comparison = new Comparison(study, "run");
        Comparison.Entry entry = new Comparison.Entry("AdaLoRA", "mean rank " + rank, runs);
        String text = "### Where AdaLoRA leaves its ranks\n\n" + comparison.conditions()
                + "AdaLoRA on all linear layers, mean rank " + rank + " at the end.\n\n"
                + comparison.table("size", List.of(entry))
                + "\nMean rank at the end by matrix, over all layers, and by third of the layers"
                + (runs.size() == 1 ? ":\n\n" : " (mean and standard deviation over the seeds):\n\n")
                + means(all, grids);
        return new Report(
                text,
                Map.of("adalora-ranks", map(all, grids, comparison.setting()).svg()));
    }

    /**
     * The ranks of one run.
     *
     * @param rows for each layer, for each of its matrices
     */
    private record Grid(List<List<Double>> rows) {
        /** Modules are in the order of layers, then matrices. */
        static Grid of(List<Double> ranks, int matrices) {
            return new Grid(IntStream.range(0, ranks.size() / matrices)
                    .mapToObj(layer -> ranks.subList(layer * matrices, (layer + 1) * matrices))
                    .toList());
        }

        /** Of a matrix over some layers. */
        double mean(int matrix, int from, int to) {
            return Summary.of(rows.subList(from, to).stream()
                            .map(row -> row.get(matrix))
                            .toList())
                    .mean();
        }
    }

    private static String means(ModuleSet all, List<Grid> grids) {
        MarkdownTable table = new MarkdownTable("matrix", "all layers", "lower third", "middle third", "upper third");
        int layers = grids.getFirst().rows().size();
        for (int matrix = 0; matrix < all.paths().size(); matrix++) {
            table.row(
                    ModuleSet.brief(all.paths().get(matrix)),
                    mean(grids, matrix, 0, layers),
                    mean(grids, matrix, 0, layers / 3),
                    mean(grids, matrix, layers / 3, 2 * layers / 3),
                    mean(grids, matrix, 2 * layers / 3, layers));
        }
        return table.text();
    }

    private static String mean(List<Grid> grids, int matrix, int from, int to) {
        return from == to
                ? ""
                : Summary.of(grids.stream()
                                .map(grid -> grid.mean(matrix, from, to))
                                .toList())
                        .text(2);
    }

    private HeatMap map(ModuleSet all, List<Grid> grids, String setting) {
        int layers = grids.getFirst().rows().size();
        List<List<Double>> values = IntStream.range(0, layers)
                .mapToObj(layer -> IntStream.range(0, all.paths().size())
                        .mapToObj(matrix -> Summary.of(grids.stream()
                                        .map(grid -> grid.rows().get(layer).get(matrix))
                                        .toList())
                                .mean())
                        .toList())
                .toList();
        return new HeatMap(
                "AdaLoRA's ranks at the end, mean rank " + rank,
                (grids.size() == 1 ? "One seed." : "Mean of " + grids.size() + " seeds.") + "\n" + setting,
                all.paths().stream().map(ModuleSet::brief).toList(),
                IntStream.range(0, layers).mapToObj(Integer::toString).toList(),
                "layer",
                values);
    }
}
