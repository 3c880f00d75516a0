package dev.lorikeet.engine.adapter;

/** Reads a frozen base model's weights, for adapters whose effect depends on them. */
@FunctionalInterface
public interface BaseWeights {
    /**
     * A weight's values as float32 in C order: a copy.
     *
     * @param name its Hugging Face name, {@code model.layers.0.self_attn.q_proj.weight}
     * @throws IllegalArgumentException if the model has none of this name
     */
    float[] floats(String name);
}
