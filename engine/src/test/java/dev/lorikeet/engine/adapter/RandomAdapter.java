package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Adapters of random factors. */
public final class RandomAdapter {
    private RandomAdapter() {}

    public static StoredAdapter of(AdapterConfig config, ModelConfig model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<LoraFactors> factors = new ArrayList<>();
        for (LoraModule module : config.resolve(model)) {
            factors.add(new LoraFactors(
                    module,
                    normal(random, module.rank() * module.module().inputs()),
                    normal(random, module.rank() * module.module().outputs())));
        }
        return new StoredAdapter(config, factors);
    }

    private static float[] normal(SplittableRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        return values;
    }
}
