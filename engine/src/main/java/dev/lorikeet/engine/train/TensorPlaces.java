package dev.lorikeet.engine.train;

import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where training.py holds a decoder's tensors, for methods that put trained ones in their place. Those that are not here,
 * no adapter has its own of: tables of positions, norms of query and key heads.
 */
public final class TensorPlaces {
    /** training.py's lists. */
    public enum Holder {
        /** {@code weights}. */
        WEIGHTS(0),
        /** {@code biases}. */
        BIASES(1),
        /** {@code details}. */
        DETAILS(2);

        private final int number;

        Holder(int number) {
            this.number = number;
        }

        /** By which scripts know it. */
        public int number() {
            return number;
        }
    }

    /**
     * A place.
     *
     * @param holder the list
     * @param at position in it
     */
    public record Place(Holder holder, int at) {}

    private TensorPlaces() {}

    /** Of the layers: weights and biases of the linear modules, weights of the norms. By the tensor's name. */
    public static Map<String, Place> ofLayers(ModelConfig model) {
        Blueprint blueprint = model.blueprint();
        Blueprint.Norms norms = blueprint.norms();
        Map<String, Place> places = new LinkedHashMap<>();
        int weight = 1;
        int bias = 0;
        for (int layer = 0; layer < model.layers(); layer++) {
            String prefix = blueprint.layer(layer);
            places.put(prefix + norms.attention() + ".weight", new Place(Holder.WEIGHTS, weight++));
            for (Group group : Group.OF_A_LAYER) {
                if (group == Group.FEED_FORWARD_IN) {
                    places.put(prefix + norms.feedForward() + ".weight", new Place(Holder.WEIGHTS, weight++));
                }
                for (String path : blueprint.paths(layer, group)) {
                    places.put(path + ".weight", new Place(Holder.WEIGHTS, weight++));
                    places.put(path + ".bias", new Place(Holder.BIASES, bias++));
                }
            }
        }
        return Collections.unmodifiableMap(places);
    }

    /** The same with biases of norms, the last norm, the token embedding and the head. */
    public static Map<String, Place> of(ModelConfig model) {
        Map<String, Place> places = new LinkedHashMap<>(ofLayers(model));
        Blueprint blueprint = model.blueprint();
        Blueprint.Norms norms = blueprint.norms();
        int last = 1 + model.layers() * (2 + blueprint.modulesPerLayer());
        places.put(blueprint.embedding() + ".weight", new Place(Holder.WEIGHTS, 0));
        places.put(norms.last() + ".weight", new Place(Holder.WEIGHTS, last));
        List<String> heads = blueprint.modules(Group.HEAD);
        if (!heads.isEmpty()) {
            places.put(heads.getFirst() + ".weight", new Place(Holder.WEIGHTS, last + 1));
        }
        places.put(norms.last() + ".bias", new Place(Holder.DETAILS, 1));
        for (int layer = 0; layer < model.layers(); layer++) {
            String prefix = blueprint.layer(layer);
            places.put(prefix + norms.attention() + ".bias", new Place(Holder.DETAILS, 2 + 4 * layer));
            places.put(prefix + norms.feedForward() + ".bias", new Place(Holder.DETAILS, 3 + 4 * layer));
        }
        return Collections.unmodifiableMap(places);
    }
}
