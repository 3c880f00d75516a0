package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.List;

/** The configuration of a kind of adapter that can be trained here. */
public interface TrainableConfig extends AdapterConfig {
    /**
     * How it is trained over a model.
     *
     * @throws IllegalArgumentException if it does not fit the model, or asks for what cannot be trained
     */
    TrainedMethod method(ModelConfig model);

    /**
     * The same leaving these modules alone, which something around it trains; itself if it would not touch them.
     *
     * @param paths of an encoder's classifier
     */
    default TrainableConfig leaving(List<String> paths) {
        return this;
    }

    @Override
    TrainableConfig withOrigin(Origin origin);
}
