package dev.lorikeet.engine.method.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mixture of LoRA experts on each of some linear layers (in the manner of MixLoRA, Li et al. 2024): a router without a
 * bias reads the layer's input; the experts with the largest shares of its softmax add their updates, weighted by their
 * shares of what is kept. PEFT has no such kind; {@link MoeFormat} says how it is stored.
 *
 * @param experts how many there are, and what is asked of their use
 * @param rank of each expert, 1 to 4096
 * @param alpha strength: updates are multiplied by alpha / rank
 * @param modules which linear layers of the blocks it changes
 * @param dropout in training, on what the experts read; 0 to below 1
 * @param origin what it was trained on
 */
public record MoeConfig(Experts experts, int rank, double alpha, ModuleSelection modules, double dropout, Origin origin)
        implements TrainableConfig {
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String ROUTER = ".lora_router.weight";
    private static final int LARGEST_RANK = 4096;

    /**
     * Experts of one layer.
     *
     * @param count at least 2
     * @param kept how many a token meets
     * @param balance weight of the loss that asks for their even use, at least 0
     */
    public record Experts(int count, int kept, double balance) {
        private static final int MOST = 256;

        public Experts {
            if (count < 2 || count > MOST) {
                throw new IllegalArgumentException("num_experts must be 2 to " + MOST + ", not " + count);
            }
            if (kept < 1 || kept > count) {
                throw new IllegalArgumentException("top_k must be 1 to num_experts = " + count + ", not " + kept);
            }
            if (!(balance >= 0) || Double.isInfinite(balance)) {
                throw new IllegalArgumentException(
                        "router_aux_loss_coef must be a finite number of at least 0, not " + balance);
            }
        }
    }

    public MoeConfig {
        if (rank < 1 || rank > LARGEST_RANK) {
            throw new IllegalArgumentException("r must be 1 to " + LARGEST_RANK + ", not " + rank);
        }
        if (!Double.isFinite(alpha)) {
            throw new IllegalArgumentException("lora_alpha must be a finite number, not " + alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora_dropout must be 0 to below 1, not " + dropout);
        }
    }

    /** Two of each token's experts on modules by name, with balance 0.001 as MixLoRA's. */
    public static MoeConfig of(int experts, int rank, double alpha, List<String> targetModules) {
        return new MoeConfig(
                new Experts(experts, 2, 0.001),
                rank,
                alpha,
                ModuleSelection.of(new TargetModules.Names(targetModules)),
                0,
                Origin.UNKNOWN);
    }

    @Override
    public MoeConfig withOrigin(Origin from) {
        return new MoeConfig(experts, rank, alpha, modules, dropout, from);
    }

    @Override
    public String kind() {
        return "moe_lora";
    }

    /** What an expert's update is multiplied by. */
    double scaling() {
        return alpha / rank;
    }

    /** The linear layers that it changes, in order of computation. */
    List<LinearModule> resolve(ModelConfig model) {
        if (!(modules.targets() instanceof TargetModules.AllLinear)
                && modules.selects(model.blueprint().embedding())) {
            throw new UnsupportedTargetException(
                    "target module " + model.blueprint().embedding() + " is not a linear layer");
        }
        List<LinearModule> selected = LinearModule.of(model).stream()
                .filter(module -> modules.selects(module.path()))
                .toList();
        for (LinearModule module : selected) {
            if (module.group() == Group.HEAD) {
                throw new UnsupportedTargetException(
                        "target module " + module.path() + " cannot have experts: it is the head");
            }
        }
        if (selected.isEmpty()) {
            throw new IllegalArgumentException("target_modules " + modules.targets() + " match no module of the model");
        }
        return selected;
    }

    static String key(LinearModule module) {
        return "base_model.model." + module.path();
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        long width = (long) experts.count() * rank;
        List<TensorSpec> specs = new ArrayList<>();
        for (LinearModule module : resolve(model)) {
            specs.add(TensorSpec.of(key(module) + A, width, module.inputs()));
            specs.add(TensorSpec.of(key(module) + B, module.outputs(), width));
            specs.add(TensorSpec.of(key(module) + ROUTER, experts.count(), module.inputs()));
        }
        return specs;
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Map<LinearModule, LinearEffect> effects = new LinkedHashMap<>();
        for (LinearModule module : resolve(model)) {
            String key = key(module);
            LowRank update =
                    LowRank.scaled(experts.count() * rank, tensors.get(key + A), tensors.get(key + B), scaling());
            LinearEffect.Routing routing =
                    new LinearEffect.Routing(experts.count(), experts.kept(), tensors.get(key + ROUTER));
            effects.put(module, new LinearEffect(update, routing, null, null, null, null));
        }
        return Effects.of(effects);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return new MoeTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return MoeFormat.json(this);
    }
}
