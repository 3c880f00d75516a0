package dev.lorikeet.engine.method.bottleneck;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bottleneck adapters: after a sublayer, before its residual, h becomes h + up relu(down h + bias) + bias, in every layer.
 * PEFT has no such kind; {@link BottleneckFormat} says how they are stored.
 *
 * @param size inner width, at least 1
 * @param sites after which sublayers they stand, at least one
 * @param origin what they were trained on
 */
public record BottleneckConfig(int size, Set<Effects.Site> sites, Origin origin) implements TrainableConfig {
    static final String DOWN = "down.weight";
    static final String DOWN_BIAS = "down.bias";
    static final String UP = "up.weight";
    static final String UP_BIAS = "up.bias";
    /** Wider ones are mistakes or attacks: memory is proportional to it. */
    private static final int WIDEST = 1 << 16;

    public BottleneckConfig {
        if (size < 1 || size > WIDEST) {
            throw new IllegalArgumentException("bottleneck_size must be 1 to " + WIDEST + ", not " + size);
        }
        if (sites.isEmpty()) {
            throw new IllegalArgumentException("a bottleneck adapter stands after attention, feed-forward or both");
        }
        sites = Set.copyOf(sites);
    }

    /** After both sublayers (Houlsby et al. 2019). */
    public static BottleneckConfig houlsby(int size) {
        return new BottleneckConfig(size, EnumSet.allOf(Effects.Site.class), Origin.UNKNOWN);
    }

    /** After the feed-forward alone (Pfeiffer et al. 2021). */
    public static BottleneckConfig pfeiffer(int size) {
        return new BottleneckConfig(size, EnumSet.of(Effects.Site.FEED_FORWARD), Origin.UNKNOWN);
    }

    @Override
    public BottleneckConfig withOrigin(Origin from) {
        return new BottleneckConfig(size, sites, from);
    }

    @Override
    public String kind() {
        return "bottleneck";
    }

    /** Where one stands. */
    record Place(int layer, Effects.Site site) {}

    /** All places in order of computation. */
    List<Place> places(ModelConfig model) {
        List<Place> places = new ArrayList<>();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Effects.Site site : Effects.Site.values()) {
                if (sites.contains(site)) {
                    places.add(new Place(layer, site));
                }
            }
        }
        return places;
    }

    private static String key(ModelConfig model, Place place) {
        String name = switch (place.site()) {
            case ATTENTION -> "attention_adapter.";
            case FEED_FORWARD -> "feed_forward_adapter.";
        };
        return "base_model.model." + model.blueprint().layer(place.layer()) + name;
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        List<TensorSpec> specs = new ArrayList<>();
        for (Place place : places(model)) {
            String key = key(model, place);
            specs.add(TensorSpec.of(key + DOWN, size, model.hiddenSize()));
            specs.add(TensorSpec.of(key + DOWN_BIAS, size));
            specs.add(TensorSpec.of(key + UP, model.hiddenSize(), size));
            specs.add(TensorSpec.of(key + UP_BIAS, model.hiddenSize()));
        }
        return specs;
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        List<Effects.Bottleneck> bottlenecks = new ArrayList<>();
        for (Place place : places(model)) {
            String key = key(model, place);
            bottlenecks.add(new Effects.Bottleneck(
                    place.layer(),
                    place.site(),
                    size,
                    tensors.get(key + DOWN),
                    tensors.get(key + DOWN_BIAS),
                    tensors.get(key + UP),
                    tensors.get(key + UP_BIAS)));
        }
        return new Effects(Map.of(), null, null, bottlenecks, Map.of());
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return new BottleneckTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return BottleneckFormat.json(this);
    }
}
