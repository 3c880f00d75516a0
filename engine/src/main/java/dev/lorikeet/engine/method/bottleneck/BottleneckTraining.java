package dev.lorikeet.engine.method.bottleneck;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Bottleneck adapters, one behind the other in one vector. */
final class BottleneckTraining implements TrainedMethod {
    private static final double DEVIATION = 0.02;
    private static final int PARTS = 4;

    private final BottleneckConfig config;
    private final FlatLayout layout;
    private final long[] index;

    BottleneckTraining(BottleneckConfig config, ModelConfig model) {
        this.config = config;
        this.layout = FlatLayout.inOrder(config.tensors(model));
        this.index = new long[2 * model.layers()];
        Arrays.fill(index, -1);
        List<BottleneckConfig.Place> places = config.places(model);
        for (int i = 0; i < places.size(); i++) {
            int site = switch (places.get(i).site()) {
                case ATTENTION -> 0;
                case FEED_FORWARD -> 1;
            };
            index[2 * places.get(i).layer() + site] = (long) PARTS * i;
        }
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(BottleneckTraining.class, "bottleneck.py");
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public long[] index() {
        return index.clone();
    }

    /** Down normal of deviation 0.02, all else zero: the base unchanged. */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        List<TensorSpec> specs = layout.specs();
        for (int i = 0; i < specs.size(); i++) {
            if (specs.get(i).name().endsWith(BottleneckConfig.DOWN)) {
                RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
                int from = layout.offset(specs.get(i).name());
                Seeds.normal(values, from, specs.get(i).elements(), random, DEVIATION);
            }
        }
        return values;
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
