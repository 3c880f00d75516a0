package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.Budget;
import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.method.bitfit.BitFitConfig;
import dev.lorikeet.engine.method.bottleneck.BottleneckConfig;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.method.ia3.Ia3Config;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.FactorRates;
import java.util.ArrayList;
import java.util.List;

/** The methods that are compared, with as many trained parameters as each other where they can have them. */
final class ComparedMethods {
    /** LoRA+'s rate of B, as its paper advises. */
    private static final double LORA_PLUS = 16;

    private static final int VIRTUAL_TOKENS = 20;
    private static final int WIDEST = 1 << 14;

    private ComparedMethods() {}

    /**
     * All methods; the budget is LoRA of a rank on all linear layers.
     *
     * @param steps of a run
     */
    static List<Candidate> of(ModelConfig model, int rank, int steps) {
        long budget = MatricesExperiment.parameters(model, rank);
        ModuleSet all = ModuleSet.all(model);
        List<Candidate> methods = new ArrayList<>();
        methods.add(Candidate.of("LoRA", "rank " + rank, LowRankConfigs.lora(all, rank), 3e-3));
        methods.add(new Candidate(
                "LoRA+",
                "rank " + rank + ", B at " + (int) LORA_PLUS + " times the rate",
                LowRankConfigs.lora(all, rank),
                new FactorRates(LORA_PLUS, 1),
                5e-4));
        var dora = LowRankConfigs.lora(model, all, budget, true);
        methods.add(Candidate.of("DoRA", "rank " + MatricesExperiment.ranks(dora, model), dora, 3e-3));
        methods.add(Candidate.of(
                "AdaLoRA",
                "mean rank " + rank + " at the end, begun with half as many again",
                LowRankConfigs.adaLora(all, rank, steps),
                1e-2));
        methods.add(bottleneck("Houlsby adapters", 2, budget, model));
        methods.add(bottleneck("Pfeiffer adapters", 1, budget, model));
        methods.add(pTuning(budget, model));
        methods.add(Candidate.of(
                "prompt tuning",
                VIRTUAL_TOKENS + " tokens, not the budget",
                PromptConfig.tuning(VIRTUAL_TOKENS, new PromptStart.Vocabulary()),
                3e-2));
        methods.add(Candidate.of("IA3", "not the budget", ia3(model), 2e-2));
        methods.add(Candidate.of("BitFit", "not the budget", BitFitConfig.allLinear(), 1e-2));
        methods.add(Candidate.of(
                "full tuning",
                "all of the blocks, not the budget",
                new FullConfig(AdapterConfig.Origin.UNKNOWN),
                1e-4));
        return List.copyOf(methods);
    }

    /** @param sites in a layer */
    private static Candidate bottleneck(String name, int sites, long budget, ModelConfig model) {
        long hidden = model.hiddenSize();
        int size = Budget.width(
                budget, WIDEST, width -> (long) model.layers() * sites * (width * (2 * hidden + 1) + hidden));
        BottleneckConfig config = sites == Effects.Site.values().length
                ? BottleneckConfig.houlsby(size)
                : BottleneckConfig.pfeiffer(size);
        return Candidate.of(name, "width " + size, config, 3e-3);
    }

    private static Candidate pTuning(long budget, ModelConfig model) {
        long width = model.hiddenSize();
        // Vectors, then three linear layers with biases.
        int inner = Budget.width(
                budget,
                WIDEST,
                size -> VIRTUAL_TOKENS * width + 2 * width * size + (long) size * size + 2L * size + width);
        return Candidate.of(
                "P-tuning",
                VIRTUAL_TOKENS + " tokens, encoder of width " + inner,
                PromptConfig.encoded(VIRTUAL_TOKENS, inner),
                1e-3);
    }

    /** On keys, values and what the feed-forward writes back, as the paper has it. */
    private static Ia3Config ia3(ModelConfig model) {
        List<String> reading = model.blueprint().modules(Group.ATTENTION_IN);
        List<String> writing = model.blueprint().modules(Group.FEED_FORWARD_OUT);
        List<String> all = new ArrayList<>(reading.size() == 3 ? reading.subList(1, 3) : reading);
        all.addAll(writing);
        return new Ia3Config(
                LowRankConfigs.selection(new ModuleSet("IA3", all)),
                new TargetModules.Names(writing),
                AdapterConfig.Origin.UNKNOWN);
    }
}
