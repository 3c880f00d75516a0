package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.analysis.Budget;
import dev.lorikeet.cli.experiment.analysis.ModuleSet;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.method.adalora.AdaLoraConfig;
import dev.lorikeet.engine.method.adalora.AdaLoraRanks;
import dev.lorikeet.engine.method.adalora.AdaLoraRules;
import dev.lorikeet.engine.method.adalora.BudgetSchedule;
import dev.lorikeet.engine.method.adalora.Importance;
import dev.lorikeet.engine.method.adalora.Orthogonality;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Configurations of low-rank methods over sets of modules. Updates are scaled by {@value #SCALING} at any rank. */
final class LowRankConfigs {
    /** alpha / rank. */
    private static final double SCALING = 2;
    /** AdaLoRA begins with this many times the ranks it ends with. */
    private static final double INITIAL_SHARE = 1.5;
    /** Of AdaLoRA's steps: before it prunes, and after its last choice. */
    private static final double WARM_UP_SHARE = 0.1;

    private static final double FINAL_SHARE = 0.3;
    private static final int CHOICES = 20;

    private LowRankConfigs() {}

    /** LoRA of one rank. */
    static LoraConfig lora(ModuleSet modules, int rank) {
        return new LoraConfig(
                new LoraScaling(rank, SCALING * rank, false, Map.of(), Map.of()),
                selection(modules),
                0,
                AdapterConfig.Origin.UNKNOWN);
    }

    /** LoRA or DoRA with as many parameters as come closest to a budget. */
    static LoraConfig lora(ModelConfig model, ModuleSet modules, long budget, boolean dora) {
        long fixed = dora ? modules.outputs(model) : 0;
        List<Integer> ranks = Budget.ranks(budget, fixed, modules.perRank(model));
        int rank = ranks.getFirst();
        List<String> more = new ArrayList<>();
        for (int layer = 0; layer < ranks.size(); layer++) {
            if (ranks.get(layer) > rank) {
                more.add(Integer.toString(layer));
            }
        }
        if (more.isEmpty()) {
            return lora(modules, rank).withDora(dora);
        }
        String key = model.blueprint().layers() + "(" + String.join("|", more) + ")[.].*";
        LoraScaling scaling =
                new LoraScaling(rank, SCALING * rank, false, Map.of(key, rank + 1), Map.of(key, SCALING * (rank + 1)));
        return new LoraConfig(scaling, selection(modules), 0, AdapterConfig.Origin.UNKNOWN).withDora(dora);
    }

    /** AdaLoRA that ends with a mean rank. */
    static AdaLoraConfig adaLora(ModuleSet modules, int rank, int steps) {
        int initial = (int) Math.ceil(INITIAL_SHARE * rank);
        BudgetSchedule schedule = new BudgetSchedule(
                (int) (WARM_UP_SHARE * steps), (int) (FINAL_SHARE * steps), Math.max(1, steps / CHOICES), 0);
        return new AdaLoraConfig(
                new AdaLoraRanks(initial, rank, SCALING * initial, Map.of()),
                new AdaLoraRules(schedule, Importance.DEFAULT, Orthogonality.DEFAULT),
                selection(modules),
                0,
                AdapterConfig.Origin.UNKNOWN);
    }

    static ModuleSelection selection(ModuleSet modules) {
        return ModuleSelection.of(new TargetModules.Names(modules.paths()));
    }
}
