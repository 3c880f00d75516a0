package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.Tuning.Tuned;
import dev.lorikeet.cli.experiment.analysis.ModuleSet;
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
 * @param rate the middle of the learning rates tried
 * @param tuning of the learning rates
 */
record MatricesExperiment(int rank, double rate, Tuning tuning) implements Experiment {
    @Override
    public Report over(Study study) throws IOException {
        ModelConfig model = study.base().config();
        long budget = parameters(model, rank);
        Comparison comparison = new Comparison(study, "adapted matrices");
        List<Comparison.Entry> entries = new ArrayList<>();
        comparison.baseEntry().ifPresent(entries::add);
        List<Tuned> tuned = new ArrayList<>();
        for (ModuleSet modules : ModuleSet.compared(model)) {
            LoraConfig config = LowRankConfigs.lora(model, modules, budget, false);
            Candidate candidate = Candidate.of(modules.name(), ranks(config, model), config, rate);
            tuning.tune(study::run, candidate, study.seeds()).ifPresent(tuned::add);
        }
        tuned.forEach(one -> entries.add(one.entry()));
        String text = "### Which matrices to adapt\n\n" + comparison.conditions()
                + "LoRA with %,d parameters each, as near as ranks allow (upper layers have one rank more where that is nearer); alpha twice the rank.\n\n"
                        .formatted(budget)
                + comparison.tables("rank", entries, tuned);
        String title = "Held-out loss by adapted matrices, equal budget, " + Tuning.title(tuned);
        return new Report(text, Map.of("matrices", comparison.chart(title, entries)));
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
