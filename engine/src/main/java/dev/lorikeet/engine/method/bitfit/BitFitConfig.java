package dev.lorikeet.engine.method.bitfit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * BitFit (Ben Zaken et al. 2022): a bias is all that is trained, y = W x + bias + own. Modules without a bias in the base
 * get one. PEFT has no such kind: {@code peft_type} BITFIT, {@code target_modules} as LoRA's, and for each module a tensor
 * {@code base_model.model.<path>.bitfit_bias} (outputs), what is added to the base's bias.
 *
 * @param modules which modules it changes
 * @param origin what it was trained on
 */
public record BitFitConfig(ModuleSelection modules, Origin origin) implements TrainableConfig {
    private static final String PREFIX = "base_model.model.";
    private static final String BIAS = ".bitfit_bias";

    /** Every linear layer of the blocks. */
    public static BitFitConfig allLinear() {
        return new BitFitConfig(ModuleSelection.of(new TargetModules.AllLinear()), Origin.UNKNOWN);
    }

    @Override
    public BitFitConfig withOrigin(Origin from) {
        return new BitFitConfig(modules, from);
    }

    @Override
    public String kind() {
        return "bitfit";
    }

    /** The modules of a model that this changes, in order of computation. */
    List<LinearModule> resolve(ModelConfig model) {
        return modules.linearLayers(model);
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        return resolve(model).stream()
                .map(module -> TensorSpec.of(name(module), module.outputs()))
                .toList();
    }

    private static String name(LinearModule module) {
        return PREFIX + module.path() + BIAS;
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Map<LinearModule, LinearEffect> effects = new LinkedHashMap<>();
        for (LinearModule module : resolve(model)) {
            effects.put(module, new LinearEffect(null, null, null, null, tensors.get(name(module)), null));
        }
        return Effects.of(effects);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return new BitFitTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return BitFitFormat.json(this);
    }
}
