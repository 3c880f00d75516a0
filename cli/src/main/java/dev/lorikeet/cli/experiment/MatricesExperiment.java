package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;

/**
 * LoRA on single matrices of every layer and on groups of them, all with as many parameters as LoRA of one rank on all of
 * them.
 *
 * @param rank on all linear layers, whose parameters are the budget
 * @param rate learning rate of all
 */
record MatricesExperiment(int rank, double rate) implements Experiment {
    @Override
    public Report over(Study study) throws IOException {
        ModelConfig model = study.base().config();
        long budget = parameters(model, rank);
        Comparison comparison = new Comparison(study, "adapted matrices");
        List<Comparison.Entry> entries = new ArrayList<>();
        for (ModuleSet modules : ModuleSet.compared(model)) {
            LoraConfig config = LowRankConfigs.lora(model, modules, budget, false);
            List<RunResult> runs = new ArrayList<>();
            for (long seed : study.seeds()) {
                runs.add(study.run(Trial.of(modules.name(), config, rate, seed)));
            }
            entries.add(new Comparison.Entry(modules.name(), ranks(config, model), runs));
        }
        List<Comparison.Entry> all = new ArrayList<>(entries);
        all.addFirst(comparison.baseEntry());
        String text = "### Which matrices to adapt\n\n" + comparison.conditions()
                + "LoRA with %,d parameters each, as near as ranks allow (upper layers have one rank more where that is nearer);"
                        .formatted(budget)
                + " rate " + rate + " for all, alpha twice the rank.\n\n" + comparison.table("rank", all);
        return new Report(
                text, Map.of("matrices", comparison.chart("Held-out loss by adapted matrices, equal budget", entries)));
    }

    /** Parameters of LoRA of a rank on all linear layers. */
    static long parameters(ModelConfig model, int rank) {
        return rank
                * ModuleSet.all(model).perRank(model).stream()
                        .mapToLong(Long::longValue)
                        .sum();
    }

    /** The ranks of an adapter's modules: one, or the least and the largest. */
    static String ranks(LoraConfig config, ModelConfig model) {
        IntSummaryStatistics ranks =
                config.resolve(model).stream().mapToInt(LoraModule::rank).summaryStatistics();
        return ranks.getMin() == ranks.getMax()
                ? Integer.toString(ranks.getMin())
                : ranks.getMin() + "-" + ranks.getMax();
    }
}
