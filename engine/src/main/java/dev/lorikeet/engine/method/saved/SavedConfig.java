package dev.lorikeet.engine.method.saved;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An adapter as PEFT stores it with whole modules of its own, as norms or a head. It is served and merged; trained is LoRA
 * with modules of its own.
 *
 * @param inner the adapter without them
 * @param saved the modules
 */
public record SavedConfig(AdapterConfig inner, SavedModules saved) implements AdapterConfig {
    @Override
    public String kind() {
        return inner.kind();
    }

    @Override
    public Origin origin() {
        return inner.origin();
    }

    @Override
    public SavedConfig withOrigin(Origin from) {
        return new SavedConfig(inner.withOrigin(from), saved);
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        return tensors(model, Map.of());
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model, Map<String, List<Long>> stored) {
        List<TensorSpec> specs = new ArrayList<>(inner.tensors(model, stored));
        specs.addAll(saved.tensors(model, stored));
        return specs;
    }

    @Override
    public boolean redundant(String tensor) {
        return inner.redundant(tensor);
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        List<String> own = inner.tensors(model).stream().map(TensorSpec::name).toList();
        Effects changed = inner.effects(part(tensors, own, true), model, base);
        return saved.effects(changed, part(tensors, own, false), model, base);
    }

    /** The tensors that are among the names, or those that are not. */
    private static AdapterTensors part(AdapterTensors tensors, List<String> names, boolean among) {
        List<TensorSpec> specs = new ArrayList<>();
        Map<String, float[]> values = new LinkedHashMap<>();
        for (TensorSpec spec : tensors.specs()) {
            if (names.contains(spec.name()) == among) {
                specs.add(spec);
                values.put(spec.name(), tensors.get(spec.name()));
            }
        }
        return AdapterTensors.of(specs, values);
    }

    @Override
    public ObjectNode json() {
        return SavedFormat.json(this);
    }
}
