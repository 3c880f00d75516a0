package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Adapters of random numbers, of any kind. */
public final class RandomAdapter {
    private RandomAdapter() {}

    public static StoredAdapter of(AdapterConfig config, ModelConfig model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TensorSpec> specs = config.tensors(model);
        Map<String, float[]> values = new LinkedHashMap<>();
        specs.forEach(spec -> values.put(spec.name(), normal(random, spec.elements())));
        return new StoredAdapter(config, AdapterTensors.of(specs, values));
    }

    private static float[] normal(SplittableRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        return values;
    }
}
