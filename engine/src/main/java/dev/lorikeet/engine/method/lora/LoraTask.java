package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.model.ModelConfig;

/**
 * What a LoRA adapter is for, and what PEFT wants to know of the layers that it adapts.
 *
 * @param type PEFT's task_type
 * @param fanInFanOut whether the reference implementation stores the layers' matrices as (in, out): GPT-2's does
 */
public record LoraTask(Type type, boolean fanInFanOut) {
    /** PEFT's names of what is computed here. */
    public enum Type {
        /** The next token. */
        CAUSAL_LM,
        /** A label for a text. */
        SEQ_CLS,
        /** A text's embedding. */
        FEATURE_EXTRACTION
    }

    /** The next token, on ordinary layers. */
    public static final LoraTask NEXT_TOKEN = new LoraTask(Type.CAUSAL_LM, false);

    /** The task of an adapter that is trained over a model; over an encoder the classifier around it says another. */
    static LoraTask of(ModelConfig model) {
        return new LoraTask(Type.CAUSAL_LM, model.blueprint().style().transposed());
    }
}
