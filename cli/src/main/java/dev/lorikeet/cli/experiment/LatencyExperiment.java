package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.Budget;
import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.cli.experiment.plot.Axis;
import dev.lorikeet.cli.experiment.plot.DotChart;
import dev.lorikeet.cli.experiment.result.MarkdownTable;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.cli.experiment.result.Summary;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.script.TensorRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What an adapter costs at decoding: the base alone, LoRA beside the base's product, bottleneck adapters, and LoRA merged
 * into the weights. The ways take turns, so that whatever else the machine does hits all of them alike.
 *
 * @param model the model's files, which the merged one is made of
 * @param batches rows that decode together, a comparison each
 * @param rounds turns of each way
 * @param rank of LoRA on all linear layers; bottlenecks have as many parameters
 */
record LatencyExperiment(Path model, List<Integer> batches, int rounds, int rank) implements Experiment {
    private static final int CONTEXT = 64;
    private static final int STEPS = 8;
    private static final double DEVIATION = 0.015;
    private static final String BASE = "base model";
    private static final String MERGED = "LoRA, merged";
    private static final String BESIDE = "LoRA, unmerged";
    private static final String BOTTLENECK = "Houlsby adapters";

    LatencyExperiment {
        batches = List.copyOf(batches);
    }

    @Override
    public Report over(Study study) throws IOException {
        ModelConfig config = study.base().config();
        StoredAdapter lora = random(LowRankConfigs.lora(ModuleSet.all(config), rank), config);
        StoredAdapter houlsby = random(BottleneckConfig.houlsby(houlsbyWidth(config)), config);
        LoadOptions options =
                new LoadOptions("merged", study.base().device(), study.base().precision(), TensorRuntime.threads());
        Map<Integer, RunResult> results = new LinkedHashMap<>();
        int most = batches.stream().mapToInt(Integer::intValue).max().orElse(1);
        try (BaseModel merged = BaseModel.loadMerged(ModelFiles.open(model), lora, options);
                Decoder plain = new Decoder(study.base(), most, CONTEXT + STEPS + 2);
                Decoder changed = new Decoder(merged, most, CONTEXT + STEPS + 2);
                ResidentAdapter beside = study.base().attach(lora);
                ResidentAdapter bottleneck = study.base().attach(houlsby)) {
            List<Stepper> ways = List.of(
                    new Stepper(BASE, plain, null),
                    new Stepper(MERGED, changed, null),
                    new Stepper(BESIDE, plain, beside),
                    new Stepper(BOTTLENECK, plain, bottleneck));
            for (int rows : batches) {
                RunResult.Key key = new RunResult.Key(
                        rows + (rows == 1 ? " row" : " rows"),
                        0,
                        1,
                        study.setting("latency", Integer.toString(rounds), Integer.toString(rank)));
                study.keep(key, () -> measure(study, key, ways, rows)).ifPresent(result -> results.put(rows, result));
            }
        }
        if (results.isEmpty()) {
            throw new CommandFailure("no measurement of these settings is finished");
        }
        return report(study, results, houlsbyWidth(config));
    }

    private int houlsbyWidth(ModelConfig config) {
        long hidden = config.hiddenSize();
        return Budget.width(
                MatricesExperiment.parameters(config, rank),
                1 << 14,
                width -> 2L * config.layers() * (width * (2 * hidden + 1) + hidden));
    }

    /** An adapter that changes what the model says: of small random numbers. */
    private static StoredAdapter random(AdapterConfig config, ModelConfig model) {
        SplittableRandom random = new SplittableRandom(1);
        List<TensorSpec> specs = config.tensors(model);
        Map<String, float[]> values = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            float[] own = new float[spec.elements()];
            for (int i = 0; i < own.length; i++) {
                own[i] = (float) (DEVIATION * random.nextGaussian());
            }
            values.put(spec.name(), own);
        }
        return new StoredAdapter(config, AdapterTensors.of(specs, values));
    }

    private RunResult measure(Study study, RunResult.Key key, List<Stepper> ways, int rows) {
        int vocabulary = study.base().config().vocabularySize();
        SplittableRandom random = new SplittableRandom(rows);
        List<int[]> prompts = Stream.generate(
                        () -> random.ints(CONTEXT, 3, vocabulary).toArray())
                .limit(rows)
                .toList();
        ways.forEach(way -> way.times(prompts, 1));
        Map<String, List<Double>> series = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < ways.size(); turn++) {
                study.progress().mayGoOn();
                // Nobody is always the first, or always behind the same.
                Stepper way = ways.get((round + turn) % ways.size());
                series.computeIfAbsent(way.name(), name -> new ArrayList<>())
                        .add(Summary.of(way.times(prompts, STEPS)).median());
            }
        }
        Map<String, Double> measures = new LinkedHashMap<>();
        series.forEach((name, medians) -> measures.put(name, Summary.of(medians).median()));
        return new RunResult(key, "", measures, series);
    }

    private Report report(Study study, Map<Integer, RunResult> results, int width) {
        MarkdownTable table = new MarkdownTable(
                "rows", "way", "ms a step, median", "lowest - highest round", "relative to the base, median of rounds");
        Map<String, String> charts = new LinkedHashMap<>();
        results.forEach((rows, result) -> {
            List<DotChart.Row> dots = new ArrayList<>();
            for (String way : List.of(BASE, MERGED, BESIDE, BOTTLENECK)) {
                Summary millis = Summary.of(result.series(way));
                List<Double> ratios = ratios(result, way);
                Summary ratio = Summary.of(ratios);
                table.row(
                        Integer.toString(rows),
                        way,
                        String.format(Locale.ROOT, "%.1f", millis.median()),
                        String.format(Locale.ROOT, "%.1f - %.1f", millis.lowest(), millis.highest()),
                        String.format(Locale.ROOT, "%.2f", ratio.median()));
                double error = ratio.deviation() / Math.sqrt(ratio.count());
                dots.add(new DotChart.Row(way, ratio.median(), ratio.median() - error, ratio.median() + error, ratios));
            }
            charts.put("latency-" + rows, chart(rows, dots));
        });
        String text = "### Latency of adapters\n\n"
                + ("Base model %s (%s), %d operator thread%s: decode steps behind %d tokens, %d rounds of %d steps in turns."
                                + " LoRA of rank %d on all linear layers, Houlsby adapters of width %d.\n\n")
                        .formatted(
                                study.base().name(),
                                study.base().precision().name().toLowerCase(Locale.ROOT),
                                TensorRuntime.threads(),
                                TensorRuntime.threads() == 1 ? "" : "s",
                                CONTEXT,
                                rounds,
                                STEPS,
                                rank,
                                width)
                + table.text();
        return new Report(text, charts);
    }

    /** Of each round a way's time over the base's. */
    private static List<Double> ratios(RunResult result, String way) {
        List<Double> base = result.series(BASE);
        List<Double> own = result.series(way);
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < base.size(); round++) {
            ratios.add(own.get(round) / base.get(round));
        }
        return ratios;
    }

    private static String chart(int rows, List<DotChart.Row> dots) {
        List<Double> ends = dots.stream()
                .flatMap(dot -> Stream.concat(Stream.of(dot.low(), dot.high(), 1.0), dot.each().stream()))
                .toList();
        return new DotChart(
                        "Time of a decode step relative to the base, " + rows + (rows == 1 ? " row" : " rows"),
                        "Large dot: median of the rounds; bar: one standard error; small dots: rounds.",
                        Axis.holding("times the base's step", ends),
                        dots,
                        new DotChart.Reference(1, "no added latency"))
                .svg();
    }
}
