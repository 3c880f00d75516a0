package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The two matrices of one module's update, without the scaling: a LoRA adapter's tensors as tests look at them.
 *
 * @param key the module in PEFT's names
 * @param a (rank, inputs)
 * @param b (outputs, rank)
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record LoraFactors(String key, int rank, float[] a, float[] b) {
    /** An adapter's, in order of computation. */
    public static List<LoraFactors> of(StoredAdapter adapter) {
        List<LoraFactors> factors = new ArrayList<>();
        for (TensorSpec spec : adapter.tensors().specs()) {
            if (spec.name().endsWith(LoraConfig.A)) {
                String key = spec.name().substring(0, spec.name().length() - LoraConfig.A.length());
                factors.add(new LoraFactors(
                        key,
                        Math.toIntExact(spec.shape().getFirst()),
                        adapter.tensors().get(key + LoraConfig.A),
                        adapter.tensors().get(key + LoraConfig.B)));
            }
        }
        return factors;
    }

    /** The module's path in the model. */
    public String path() {
        return key.substring("base_model.model.".length());
    }

    /** The adapter of some factors. */
    public static StoredAdapter stored(LoraConfig config, List<LoraFactors> factors) {
        List<TensorSpec> specs = new ArrayList<>();
        Map<String, float[]> values = new LinkedHashMap<>();
        for (LoraFactors factor : factors) {
            specs.add(TensorSpec.of(factor.key() + LoraConfig.A, factor.rank(), factor.a().length / factor.rank()));
            specs.add(TensorSpec.of(factor.key() + LoraConfig.B, factor.b().length / factor.rank(), factor.rank()));
            values.put(factor.key() + LoraConfig.A, factor.a());
            values.put(factor.key() + LoraConfig.B, factor.b());
        }
        return new StoredAdapter(config, AdapterTensors.of(specs, values));
    }
}
