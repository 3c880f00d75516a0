package dev.lorikeet.trainer.method;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.proto.training.v1.LoraMethod;

/**
 * LoRA, its factors trained at rates of their own if it is LoRA+.
 *
 * @param adapter its configuration
 * @param ratio learning rate of B over that of A; 0: one rate for all
 * @param embeddingRate peak learning rate of an embedding's factors, if there is a ratio
 */
record LoraRecipe(LoraConfig adapter, double ratio, double embeddingRate) implements EngineMethod.Recipe {
    LoraRecipe {
        requireNonNull(adapter, "adapter");
    }

    /** The method of a request. Manifests tell LoRA's kinds apart: {@code dora}, {@code lora_plus}. */
    static EngineMethod of(LoraMethod from, LoraConfig adapter) {
        double ratio = from.getLoraPlusRatio();
        String name = from.getDora() ? "dora" : ratio > 0 ? "lora_plus" : adapter.kind();
        return new EngineMethod(name, new LoraRecipe(adapter, ratio, from.getLoraPlusEmbeddingRate()));
    }

    @Override
    public LoraConfig config(BaseModel base, int steps) {
        return adapter;
    }

    @Override
    public FactorRates rates(double learningRate) {
        return ratio == 0 ? FactorRates.EQUAL : new FactorRates(ratio, embeddingRate / learningRate);
    }
}
