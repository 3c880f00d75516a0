package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.model.ModelConfig;

/** The configuration of a kind of adapter that can be trained here. */
public interface TrainableConfig extends AdapterConfig {
    /**
     * How it is trained over a model.
     *
     * @throws IllegalArgumentException if it does not fit the model, or asks for what cannot be trained
     */
    TrainedMethod method(ModelConfig model);

    @Override
    TrainableConfig withOrigin(Origin origin);
}
