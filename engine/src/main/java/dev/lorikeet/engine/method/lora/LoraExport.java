package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns factors that did not begin at zero into plain LoRA of twice the rank, which every system serves unchanged. */
final class LoraExport {
    private LoraExport() {}

    /** The configuration of twice the rank and the same strengths. */
    static LoraConfig config(LoraConfig config) {
        return new LoraConfig(
                config.scaling().doubled(),
                config.modules(),
                config.dropout(),
                config.form().withStart(LoraStart.ZERO),
                config.task(),
                config.origin());
    }

    /**
     * B A - B0 A0 as [B, -B0] [A; A0].
     *
     * @param trained all tensors
     * @param start the factors that they began as
     */
    static StoredAdapter plain(LoraConfig config, AdapterTensors trained, AdapterTensors start, ModelConfig model) {
        LoraConfig doubled = config(config);
        List<TensorSpec> specs = new ArrayList<>(doubled.tensors(model));
        Map<String, float[]> values = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            String name = spec.name();
            float[] own = trained.get(name);
            if (name.endsWith(LoraConfig.A)) {
                values.put(name, stacked(own, start.get(name)));
            } else if (name.endsWith(LoraConfig.B)) {
                values.put(
                        name,
                        beside(
                                own,
                                start.get(name),
                                Math.toIntExact(spec.shape().getLast()) / 2));
            } else {
                values.put(name, own);
            }
        }
        return new StoredAdapter(doubled, AdapterTensors.of(specs, values));
    }

    private static float[] stacked(float[] above, float[] below) {
        float[] both = java.util.Arrays.copyOf(above, above.length + below.length);
        System.arraycopy(below, 0, both, above.length, below.length);
        return both;
    }

    private static float[] beside(float[] left, float[] negated, int rank) {
        float[] both = new float[2 * left.length];
        for (int i = 0; i < left.length; i++) {
            int at = i / rank * 2 * rank + i % rank;
            both[at] = left[i];
            both[at + rank] = -negated[i];
        }
        return both;
    }
}
