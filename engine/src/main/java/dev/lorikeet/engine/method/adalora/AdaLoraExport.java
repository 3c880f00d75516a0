package dev.lorikeet.engine.method.adalora;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Turns an AdaLoRA adapter into a plain LoRA one, which any system can serve. */
public final class AdaLoraExport {
    private AdaLoraExport() {}

    /**
     * The same update as LoRA, each module with the rank that it has left: singular values that are not 0, multiplied
     * into B. Modules without any are no targets.
     *
     * @throws IllegalArgumentException if the adapter is not AdaLoRA, or every singular value is 0
     */
    public static StoredAdapter lora(StoredAdapter adapter, ModelConfig model) {
        if (!(adapter.config() instanceof AdaLoraConfig config)) {
            throw new IllegalArgumentException(
                    "an adapter of kind " + adapter.config().kind() + " is not AdaLoRA");
        }
        List<String> targets = new ArrayList<>();
        Map<String, Integer> ranks = new LinkedHashMap<>();
        Map<String, Double> alphas = new LinkedHashMap<>();
        List<TensorSpec> specs = new ArrayList<>();
        Map<String, float[]> values = new LinkedHashMap<>();
        for (LinearModule module : config.resolve(model)) {
            String key = AdaLoraConfig.key(module);
            float[] lambda = adapter.tensors().get(key + AdaLoraConfig.E);
            int[] kept = IntStream.range(0, lambda.length)
                    .filter(i -> lambda[i] != 0)
                    .toArray();
            if (kept.length == 0) {
                continue;
            }
            float[] oldA = adapter.tensors().get(key + AdaLoraConfig.A);
            float[] oldB = adapter.tensors().get(key + AdaLoraConfig.B);
            float[] a = new float[kept.length * module.inputs()];
            float[] b = new float[module.outputs() * kept.length];
            for (int i = 0; i < kept.length; i++) {
                System.arraycopy(oldA, kept[i] * module.inputs(), a, i * module.inputs(), module.inputs());
                for (int row = 0; row < module.outputs(); row++) {
                    b[row * kept.length + i] = oldB[row * lambda.length + kept[i]] * lambda[kept[i]];
                }
            }
            targets.add(module.path());
            ranks.put(module.path(), kept.length);
            alphas.put(module.path(), config.ranks().scaling() * kept.length);
            specs.add(TensorSpec.of(key + ".lora_A.weight", kept.length, module.inputs()));
            specs.add(TensorSpec.of(key + ".lora_B.weight", module.outputs(), kept.length));
            values.put(key + ".lora_A.weight", a);
            values.put(key + ".lora_B.weight", b);
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("every singular value of the adapter is 0: nothing is left of it");
        }
        LoraConfig lora = new LoraConfig(
                new LoraScaling(config.ranks().initial(), config.ranks().alpha(), false, ranks, alphas),
                ModuleSelection.of(new TargetModules.Names(targets)),
                config.dropout(),
                config.origin());
        return new StoredAdapter(lora, AdapterTensors.of(specs, values));
    }
}
