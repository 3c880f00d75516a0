package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a LoRA adapter's tensors do to a model. */
final class LoraEffects {
    private LoraEffects() {}

    static Effects of(LoraConfig config, AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        if (config.form().start().shifted()) {
            throw new IllegalArgumentException("factors that began as "
                    + config.form().start().text() + " change a base that is not ours: they are stored as plain LoRA");
        }
        Map<LinearModule, LinearEffect> effects = new LinkedHashMap<>();
        Map<String, float[]> classifier = new LinkedHashMap<>();
        List<LinearModule> ofClassifier = LinearModule.ofClassifier(model);
        for (LoraModule target : config.resolve(model)) {
            LowRank update = update(target, tensors);
            if (ofClassifier.contains(target.module())) {
                // So small, and met by so few rows, that it is merged at once.
                String weight = target.module().path() + ".weight";
                classifier.put(weight, update.addTo(base.floats(weight)));
            } else if (config.form().dora()) {
                effects.put(target.module(), rescaled(target.module(), update, tensors, model, base));
            } else if (config.form().bias()) {
                float[] bias =
                        times(tensors.get(LoraConfig.key(target.module()) + LoraConfig.B_BIAS), target.scaling());
                effects.put(target.module(), new LinearEffect(update, null, null, null, bias, null));
            } else {
                effects.put(target.module(), LinearEffect.of(update));
            }
        }
        Effects all = Effects.of(effects).withReplaced(classifier);
        LoraEmbedding embedding = config.embedding(model);
        if (embedding != null) {
            String key = LoraConfig.PREFIX + embedding.path();
            all = all.withEmbedding(new Effects.EmbeddingEffect.Added(LowRank.scaled(
                    embedding.rank(),
                    tensors.get(key + LoraConfig.EMBEDDING_A),
                    tensors.get(key + LoraConfig.EMBEDDING_B),
                    embedding.scaling())));
        }
        return OwnTensors.effects(all, config, tensors, model, base);
    }

    private static LowRank update(LoraModule target, AdapterTensors tensors) {
        String key = LoraConfig.key(target.module());
        return LowRank.scaled(
                target.rank(), tensors.get(key + LoraConfig.A), tensors.get(key + LoraConfig.B), target.scaling());
    }

    /** DoRA: all but the bias is multiplied by magnitude / norm. (PEFT leaves the bias outside.) */
    private static LinearEffect rescaled(
            LinearModule module, LowRank update, AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        float[] scale =
                tensors.get(LoraConfig.key(module) + LoraConfig.MAGNITUDE).clone();
        float[] norms = norms(update.addTo(base.floats(module.path() + ".weight")), module.inputs());
        float[] b = update.b().clone();
        for (int row = 0; row < scale.length; row++) {
            scale[row] /= norms[row];
            for (int r = 0; r < update.rank(); r++) {
                b[row * update.rank() + r] *= scale[row];
            }
        }
        float[] bias = null;
        if (model.tensors().containsKey(module.path() + ".bias")) {
            bias = base.floats(module.path() + ".bias");
            for (int row = 0; row < bias.length; row++) {
                bias[row] *= 1 - scale[row];
            }
        }
        return new LinearEffect(new LowRank(update.rank(), update.a(), b), null, null, scale, bias, null);
    }

    /** The length of each row of a matrix. */
    static float[] norms(float[] matrix, int columns) {
        float[] norms = new float[matrix.length / columns];
        for (int row = 0; row < norms.length; row++) {
            double square = 0;
            for (int column = 0; column < columns; column++) {
                double value = matrix[row * columns + column];
                square += value * value;
            }
            norms[row] = (float) Math.sqrt(square);
        }
        return norms;
    }

    private static float[] times(float[] values, double factor) {
        float[] product = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            product[i] = (float) (values[i] * factor);
        }
        return product;
    }
}
