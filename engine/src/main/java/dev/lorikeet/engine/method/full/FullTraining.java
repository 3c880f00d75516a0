package dev.lorikeet.engine.method.full;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The training of the blocks' tensors, one behind the other in one vector; they begin as the base's. */
final class FullTraining implements TrainedMethod {
    private static final int WEIGHTS = 0;
    private static final int BIASES = 1;

    private final FullConfig config;
    private final FlatLayout layout;
    private final long[] index;

    /** @throws IllegalArgumentException if the model is too large */
    FullTraining(FullConfig config, ModelConfig model) {
        this.config = config;
        this.layout = FlatLayout.inOrder(config.tensors(model));
        Map<String, long[]> places = places(model);
        this.index = layout.specs().stream()
                .flatMapToLong(spec -> Arrays.stream(place(places, FullConfig.name(spec))))
                .toArray();
    }

    private static long[] place(Map<String, long[]> places, String name) {
        long[] place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException("full fine-tuning knows no " + name);
        }
        return place;
    }

    /** Where training.py holds each tensor of a layer: which of its lists, and the place there. */
    static Map<String, long[]> places(ModelConfig model) {
        Blueprint blueprint = model.blueprint();
        Blueprint.Norms norms = blueprint.norms();
        Map<String, long[]> places = new LinkedHashMap<>();
        int weight = 1;
        int bias = 0;
        for (int layer = 0; layer < model.layers(); layer++) {
            String prefix = blueprint.layer(layer);
            places.put(prefix + norms.attention() + ".weight", new long[] {WEIGHTS, weight++});
            for (Group group : Group.OF_A_LAYER) {
                if (group == Group.FEED_FORWARD_IN) {
                    places.put(prefix + norms.feedForward() + ".weight", new long[] {WEIGHTS, weight++});
                }
                for (String path : blueprint.paths(layer, group)) {
                    places.put(path + ".weight", new long[] {WEIGHTS, weight++});
                    places.put(path + ".bias", new long[] {BIASES, bias++});
                }
            }
        }
        return places;
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(FullTraining.class, "full.py");
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public long[] index() {
        return index.clone();
    }

    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        for (TensorSpec spec : layout.specs()) {
            System.arraycopy(
                    base.floats(FullConfig.name(spec)), 0, values, layout.offset(spec.name()), spec.elements());
        }
        return values;
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
