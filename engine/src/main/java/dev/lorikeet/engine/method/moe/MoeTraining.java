package dev.lorikeet.engine.method.moe;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Experts and routers of all modules, one behind the other in one vector. */
final class MoeTraining implements TrainedMethod {
    private static final double ROUTER_DEVIATION = 0.02;
    private static final int PARTS = 3;

    private final MoeConfig config;
    private final FlatLayout layout;
    private final long[] index;

    MoeTraining(MoeConfig config, ModelConfig model) {
        this.config = config;
        this.layout = FlatLayout.inOrder(config.tensors(model));
        this.index = new long[model.layers() * model.blueprint().modulesPerLayer()];
        Arrays.fill(index, -1);
        List<LinearModule> modules = config.resolve(model);
        for (int i = 0; i < modules.size(); i++) {
            LinearModule module = modules.get(i);
            index[model.blueprint().position(module)] = (long) PARTS * i;
        }
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(MoeTraining.class, "moe.py")
                .constant("experts", config.experts().count())
                .constant("kept", config.experts().kept());
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public boolean penalised() {
        return true;
    }

    @Override
    public long[] index() {
        return index.clone();
    }

    /** What updates are multiplied by, and the balance's weight. */
    @Override
    public double[] scales() {
        return new double[] {config.scaling(), config.experts().balance()};
    }

    @Override
    public double dropout() {
        return config.dropout();
    }

    /** Experts as LoRA's (A uniform in +-1/sqrt(inputs), B zero), routers normal of deviation 0.02. */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        List<TensorSpec> specs = layout.specs();
        for (int i = 0; i < specs.size(); i++) {
            TensorSpec spec = specs.get(i);
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            int from = layout.offset(spec.name());
            if (spec.name().endsWith(MoeConfig.A)) {
                Seeds.uniform(
                        values,
                        from,
                        spec.elements(),
                        random,
                        1 / Math.sqrt(spec.shape().getLast()));
            } else if (spec.name().endsWith(MoeConfig.ROUTER)) {
                Seeds.normal(values, from, spec.elements(), random, ROUTER_DEVIATION);
            }
        }
        return values;
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
