package dev.lorikeet.engine.method.full;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.TensorPlaces;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.Arrays;
import java.util.Map;

/** The training of the blocks' tensors, one behind the other in one vector; they begin as the base's. */
final class FullTraining implements TrainedMethod {
    private final FullConfig config;
    private final FlatLayout layout;
    private final long[] index;

    /** @throws IllegalArgumentException if the model is too large */
    FullTraining(FullConfig config, ModelConfig model) {
        this.config = config;
        this.layout = FlatLayout.inOrder(config.tensors(model));
        Map<String, TensorPlaces.Place> places = TensorPlaces.ofLayers(model);
        this.index = layout.specs().stream()
                .flatMapToLong(spec -> Arrays.stream(place(places, FullConfig.name(spec))))
                .toArray();
    }

    private static long[] place(Map<String, TensorPlaces.Place> places, String name) {
        TensorPlaces.Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException("full fine-tuning knows no " + name);
        }
        return new long[] {place.holder().number(), place.at()};
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
    public boolean packedBase() {
        return false;
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
