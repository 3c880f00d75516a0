package dev.lorikeet.registry.adapter;

import java.util.Map;

/**
 * What an adapter is.
 *
 * @param baseModel the base model that it belongs to
 * @param kind PEFT's {@code peft_type}, such as {@code LORA}
 * @param method the training method as requests name it, such as {@code dora}; empty if it is not known
 * @param parameters number of adapter parameters
 * @param metrics figures of its training, such as {@code final_loss}, {@code steps}
 * @param metadata the request's labels
 */
public record Description(
        BaseModelRef baseModel,
        String kind,
        String method,
        long parameters,
        Map<String, Double> metrics,
        Map<String, String> metadata) {
    /** Copies the maps. */
    public Description {
        metrics = Map.copyOf(metrics);
        metadata = Map.copyOf(metadata);
    }
}
