package dev.lorikeet.engine.method.ia3;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * IA3 (Liu et al. 2022): l times what a linear layer computes, bias included; of feed-forward modules W (l x) + bias.
 *
 * @param modules which modules it changes
 * @param feedForward those of them whose input is scaled, or null for none
 * @param origin what it was trained on
 */
public record Ia3Config(ModuleSelection modules, @Nullable TargetModules feedForward, Origin origin)
        implements TrainableConfig {
    private static final String PREFIX = "base_model.model.";
    private static final String VECTOR = ".ia3_l";

    /**
     * What the paper chooses: keys and values (or the one layer that makes them), and what the feed-forward's last layer
     * reads. PEFT 0.21's own defaults are the same but for qwen2 and qwen3, of which its table names queries and values.
     *
     * @param excluded modules to leave alone, or null
     */
    public static Ia3Config standard(ModelConfig model, @Nullable TargetModules excluded) {
        List<String> attention = model.blueprint().modules(Group.ATTENTION_IN);
        List<String> inner = model.blueprint().modules(Group.FEED_FORWARD_OUT);
        List<String> all = new ArrayList<>(attention.size() == 1 ? attention : attention.subList(1, attention.size()));
        all.addAll(inner);
        return new Ia3Config(
                new ModuleSelection(new TargetModules.Names(all), excluded, List.of(), List.of()),
                new TargetModules.Names(inner),
                Origin.UNKNOWN);
    }

    @Override
    public Ia3Config withOrigin(Origin from) {
        return new Ia3Config(modules, feedForward, from);
    }

    @Override
    public String kind() {
        return "ia3";
    }

    /** The modules of a model that this changes, in order of computation. */
    List<LinearModule> resolve(ModelConfig model) {
        return modules.linearLayers(model);
    }

    /** Whether a module's input is scaled rather than its output. */
    boolean scalesInput(LinearModule module) {
        return feedForward != null && feedForward.matches(module.path());
    }

    /** PEFT's shapes: a row for an input, a column for an output. */
    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        return resolve(model).stream()
                .map(module -> scalesInput(module)
                        ? TensorSpec.of(name(module), 1, module.inputs())
                        : TensorSpec.of(name(module), module.outputs(), 1))
                .toList();
    }

    private static String name(LinearModule module) {
        return PREFIX + module.path() + VECTOR;
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Map<LinearModule, LinearEffect> effects = new LinkedHashMap<>();
        for (LinearModule module : resolve(model)) {
            float[] vector = tensors.get(name(module));
            effects.put(
                    module,
                    scalesInput(module)
                            ? new LinearEffect(null, null, vector, null, null, null)
                            : new LinearEffect(null, null, null, vector, null, null));
        }
        return Effects.of(effects);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return new Ia3Training(this, model);
    }

    @Override
    public ObjectNode json() {
        return Ia3Format.json(this);
    }
}
