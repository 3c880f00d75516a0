package dev.lorikeet.registry.adapter;

import java.util.Map;

/**
 * What an adapter is.
 *
 * @param baseModel the base model that it belongs to
 * @param kind PEFT's {@code peft_type}, such as {@code LORA}
 * @param parameters number of adapter parameters
 * @param metrics figures of its training, such as {@code final_loss}, {@code steps}
 * @param metadata the request's labels
 */
public record Description(
        BaseModelRef baseModel,
        String kind,
        long parameters,
        Map<String, Double> metrics,
        Map<String, String> metadata) {
    /** Copies the maps. */
    public Description {
        metrics = Map.copyOf(metrics);
        metadata = Map.copyOf(metadata);
    }
}
