package dev.lorikeet.engine.model;

/** How a base model's linear layers are held for training; embeddings, norms, biases and the head stay as they are. */
public enum Quantisation {
    /** In the model's precision. */
    NONE,
    /** As {@link dev.lorikeet.engine.weights.Nf4} codes, decoded where a product needs them (QLoRA). */
    NF4
}
