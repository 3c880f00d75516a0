package dev.lorikeet.engine.method.adalora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdaLoRA (Zhang et al. 2023): y = W x + scaling P diag(lambda) Q x, whose triplets are pruned where they matter least.
 * PEFT's names: lora_B is P (outputs, rank), lora_E is lambda (rank, 1), lora_A is Q (rank, inputs).
 *
 * @param ranks ranks and strength
 * @param rules how training moves ranks
 * @param modules which modules it changes
 * @param dropout in training, on the input of Q; 0 to below 1
 * @param origin what it was trained on
 */
public record AdaLoraConfig(
        AdaLoraRanks ranks, AdaLoraRules rules, ModuleSelection modules, double dropout, Origin origin)
        implements TrainableConfig {
    static final String A = ".lora_A";
    static final String B = ".lora_B";
    static final String E = ".lora_E";
    private static final String PREFIX = "base_model.model.";

    public AdaLoraConfig {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora_dropout must be 0 to below 1, not " + dropout);
        }
    }

    @Override
    public AdaLoraConfig withOrigin(Origin from) {
        return new AdaLoraConfig(ranks, rules, modules, dropout, from);
    }

    @Override
    public String kind() {
        return "adalora";
    }

    /** The modules of a model that this changes, in order of computation. */
    List<LinearModule> resolve(ModelConfig model) {
        List<LinearModule> selected = modules.linearLayers(model);
        for (String path : ranks.pattern().keySet()) {
            if (selected.stream().noneMatch(module -> module.path().equals(path))) {
                throw new IllegalArgumentException("rank_pattern names " + path + ", which is no target module");
            }
        }
        return selected;
    }

    /** All A, then all B, then all E: as training lays them out. */
    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        List<LinearModule> selected = resolve(model);
        List<TensorSpec> specs = new ArrayList<>();
        selected.forEach(
                module -> specs.add(TensorSpec.of(key(module) + A, ranks.rankOf(module.path()), module.inputs())));
        selected.forEach(
                module -> specs.add(TensorSpec.of(key(module) + B, module.outputs(), ranks.rankOf(module.path()))));
        selected.forEach(module -> specs.add(TensorSpec.of(key(module) + E, ranks.rankOf(module.path()), 1)));
        return specs;
    }

    /** What PEFT calls a module in an adapter's file. */
    static String key(LinearModule module) {
        return PREFIX + module.path();
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Map<LinearModule, LinearEffect> effects = new LinkedHashMap<>();
        for (LinearModule module : resolve(model)) {
            int rank = ranks.rankOf(module.path());
            if (rank == 0) {
                continue;
            }
            float[] a = tensors.get(key(module) + A).clone();
            float[] values = tensors.get(key(module) + E);
            for (int i = 0; i < a.length; i++) {
                a[i] *= values[i / module.inputs()];
            }
            effects.put(
                    module, LinearEffect.of(LowRank.scaled(rank, a, tensors.get(key(module) + B), ranks.scaling())));
        }
        return Effects.of(effects);
    }

    /** A pruned adapter's ranks stay as they are when it is trained on. */
    @Override
    public TrainedMethod method(ModelConfig model) {
        return new AdaLoraTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return AdaLoraFormat.json(this);
    }
}
