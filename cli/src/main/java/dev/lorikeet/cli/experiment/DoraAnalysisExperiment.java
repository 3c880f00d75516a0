package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.cli.experiment.analysis.WeightChange;
import dev.lorikeet.cli.experiment.plot.Axis;
import dev.lorikeet.cli.experiment.plot.Mark;
import dev.lorikeet.cli.experiment.plot.Series;
import dev.lorikeet.cli.experiment.plot.XyChart;
import dev.lorikeet.cli.experiment.result.MarkdownTable;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.cli.experiment.result.Summary;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainingRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How full tuning, DoRA and LoRA move the weights of queries and values: the change of magnitude against the change of
 * direction, of each layer and matrix at several steps (Liu et al. 2024, section 3.2).
 *
 * @param rank of LoRA and DoRA
 * @param rate learning rate of LoRA and DoRA
 * @param fullRate learning rate of full tuning
 */
record DoraAnalysisExperiment(int rank, double rate, double fullRate) implements Experiment {
    private static final int MOMENTS = 4;
    private static final String MAGNITUDE = "dM";
    private static final String DIRECTION = "dD";

    @Override
    public Report over(Study study) throws IOException {
        ModuleSet modules = ModuleSet.queriesAndValues(study.base().config());
        Map<String, List<RunResult>> runs = new LinkedHashMap<>();
        runs.put("full tuning", runs(study, modules, "full tuning", full(), fullRate));
        runs.put(
                "DoRA",
                runs(study, modules, "DoRA", LowRankConfigs.lora(modules, rank).withDora(true), rate));
        runs.put("LoRA", runs(study, modules, "LoRA", LowRankConfigs.lora(modules, rank), rate));
        Comparison comparison = new Comparison(study, "method");
        List<Comparison.Entry> entries = new ArrayList<>();
        runs.forEach((name, results) -> entries.add(new Comparison.Entry(name, "", results)));
        String text = "### Magnitude and direction\n\n" + comparison.conditions()
                + ("Changes of the weights of %s of every layer at %d moments of the training, a norm and a cosine for each"
                                + " output. LoRA and DoRA of rank %d at rate %s, full tuning at %s.\n\n")
                        .formatted(
                                modules.name(),
                                moments(study.conditions().steps()).size(),
                                rank,
                                rate,
                                fullRate)
                + correlations(
                        modules, runs, moments(study.conditions().steps()).size()) + "\n"
                + comparison.table("", entries);
        return new Report(text, Map.of("dora-analysis", chart(modules, runs, comparison)));
    }

    private static FullConfig full() {
        return new FullConfig(AdapterConfig.Origin.UNKNOWN);
    }

    /** Steps after which weights are looked at, the last one among them. */
    private static List<Integer> moments(int steps) {
        List<Integer> moments = new ArrayList<>();
        for (int i = 1; i <= MOMENTS; i++) {
            moments.add(Math.max(1, steps * i / MOMENTS));
        }
        return moments.stream().distinct().toList();
    }

    private static List<RunResult> runs(
            Study study, ModuleSet modules, String name, TrainableConfig config, double rate) throws IOException {
        List<Integer> moments = moments(study.conditions().steps());
        Trial.Watch watch = (run, series) -> {
            if (moments.contains(run.stepsDone())) {
                measure(study.base(), modules, run, series);
            }
        };
        List<RunResult> runs = new ArrayList<>();
        for (long seed : study.seeds()) {
            study.run(new Trial(name, config, FactorRates.EQUAL, rate, seed, watch))
                    .filter(RunResult::succeeded)
                    .ifPresent(runs::add);
        }
        if (runs.isEmpty()) {
            throw new CommandFailure(
                    "no run of " + name + " has weights: every one diverged (try a smaller rate), or none is finished");
        }
        return runs;
    }

    private static void measure(BaseModel base, ModuleSet modules, TrainingRun run, Map<String, List<Double>> series) {
        StoredAdapter adapter = run.adapter();
        Map<LinearModule, LinearEffect> effects =
                adapter.effects(base.config(), base::floats).linear();
        for (LinearModule module : modules.modules(base.config())) {
            float[] before = base.floats(module.path() + ".weight");
            LinearEffect effect = effects.get(module);
            float[] after = effect == null ? before : changed(before, effect, module.outputs());
            WeightChange change = WeightChange.between(before, after, module.outputs());
            String name = ModuleSet.brief(modules.paths().stream()
                    .filter(path -> module.path().endsWith("." + path))
                    .findFirst()
                    .orElse(module.path()));
            for (String suffix : List.of("", " " + name)) {
                series.computeIfAbsent(MAGNITUDE + suffix, key -> new ArrayList<>())
                        .add(change.magnitude());
                series.computeIfAbsent(DIRECTION + suffix, key -> new ArrayList<>())
                        .add(change.direction());
            }
        }
    }

    /** The weight that a layer computes with: the base's or its own, its rows scaled, the update added. */
    static float[] changed(float[] base, LinearEffect effect, int outputs) {
        float[] own = effect.weight();
        float[] weight = own == null ? base.clone() : own.clone();
        float[] scale = effect.outputScale();
        if (scale != null) {
            int inputs = weight.length / outputs;
            for (int i = 0; i < weight.length; i++) {
                weight[i] *= scale[i / inputs];
            }
        }
        return effect.lowRank() == null ? weight : effect.lowRank().addTo(weight);
    }

    private static List<Double> all(List<RunResult> runs, String series) {
        return runs.stream().flatMap(run -> run.series(series).stream()).toList();
    }

    /** Correlations of each run, over all moments and over the last one alone, mean and deviation over the seeds. */
    private static String correlations(ModuleSet modules, Map<String, List<RunResult>> runs, int moments) {
        List<String> names = modules.paths().stream().map(ModuleSet::brief).toList();
        List<String> headings = new ArrayList<>(List.of("method", "corr(dD, dM), all moments"));
        names.forEach(name -> headings.add("of " + name));
        headings.add("last moment alone");
        names.forEach(name -> headings.add("of " + name + ", last"));
        headings.addAll(List.of("points a run", "mean dD", "mean dM"));
        MarkdownTable table = new MarkdownTable(headings.toArray(String[]::new));
        runs.forEach((method, results) -> {
            List<String> cells = new ArrayList<>(List.of(method));
            for (int of : List.of(moments, 1)) {
                cells.add(correlation(results, "", (double) of / moments));
                names.forEach(name -> cells.add(correlation(results, " " + name, (double) of / moments)));
            }
            cells.add(Integer.toString(results.getFirst().series(DIRECTION).size()));
            cells.add(String.format(
                    Locale.ROOT, "%.2e", Summary.of(all(results, DIRECTION)).mean()));
            cells.add(String.format(
                    Locale.ROOT, "%.2e", Summary.of(all(results, MAGNITUDE)).mean()));
            table.row(cells.toArray(String[]::new));
        });
        return table.text();
    }

    /** @param share of the points, the last ones: moments follow each other, and each has as many */
    private static String correlation(List<RunResult> runs, String suffix, double share) {
        List<Double> values = new ArrayList<>();
        for (RunResult run : runs) {
            double value = Summary.correlation(
                    last(run.series(DIRECTION + suffix), share), last(run.series(MAGNITUDE + suffix), share));
            if (!Double.isNaN(value)) {
                values.add(value);
            }
        }
        return values.isEmpty() ? "none" : Summary.of(values).text(2);
    }

    private static List<Double> last(List<Double> values, double share) {
        return values.subList((int) Math.round(values.size() * (1 - share)), values.size());
    }

    /** Logarithmic, since methods and layers move weights by very different amounts; what did not move is left out. */
    private static String chart(ModuleSet modules, Map<String, List<RunResult>> runs, Comparison comparison) {
        List<Series> series = new ArrayList<>();
        runs.forEach((method, results) -> {
            List<Double> directions = all(results, DIRECTION);
            List<Double> magnitudes = all(results, MAGNITUDE);
            List<Mark> marks = new ArrayList<>();
            for (int i = 0; i < directions.size(); i++) {
                if (directions.get(i) > 0 && magnitudes.get(i) > 0) {
                    marks.add(Mark.at(directions.get(i), magnitudes.get(i)));
                }
            }
            series.add(new Series(method, false, marks));
        });
        List<Mark> all = series.stream().flatMap(one -> one.marks().stream()).toList();
        if (all.isEmpty()) {
            throw new CommandFailure("no weight moved: try a larger --rate");
        }
        int seeds = runs.values().stream().mapToInt(List::size).max().orElse(1);
        return new XyChart(
                        "Change of magnitude against change of direction, " + modules.name(),
                        "A point for each layer, matrix and moment, " + seeds + (seeds == 1 ? " seed." : " seeds.")
                                + "\n" + comparison.setting(),
                        Axis.decades(
                                "change of direction dD (logarithmic)",
                                all.stream().map(Mark::x).toList()),
                        Axis.decades(
                                "change of magnitude dM (logarithmic)",
                                all.stream().map(Mark::y).toList()),
                        series)
                .svg();
    }
}
