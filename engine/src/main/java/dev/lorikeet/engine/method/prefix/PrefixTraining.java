package dev.lorikeet.engine.method.prefix;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.random.RandomGenerator;

/** Prefix tuning: the keys and values themselves are trained. */
final class PrefixTraining implements TrainedMethod {
    private static final double DEVIATION = 0.02;

    private final PrefixConfig config;
    private final FlatLayout layout;

    PrefixTraining(PrefixConfig config, ModelConfig model) {
        this.config = config.shapedFor(model);
        this.layout = FlatLayout.inOrder(config.tensors(model));
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(PrefixTraining.class, "cut.py", "prefix.py")
                .constant("before", config.tokens().count());
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public int positionsBefore() {
        return config.tokens().count();
    }

    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        if (!config.zero()) {
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, 0);
            Seeds.normal(values, 0, values.length, random, DEVIATION);
        }
        return values;
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
