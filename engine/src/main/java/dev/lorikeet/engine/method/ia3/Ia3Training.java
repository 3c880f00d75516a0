package dev.lorikeet.engine.method.ia3;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.ParameterGroup;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.Arrays;
import java.util.List;

/** The training of IA3's vectors, one behind the other in one vector; they begin as ones. */
final class Ia3Training implements TrainedMethod {
    private final Ia3Config config;
    private final FlatLayout layout;
    private final long[] index;

    /** @throws IllegalArgumentException if the configuration targets nothing that can be trained */
    Ia3Training(Ia3Config config, ModelConfig model) {
        this.config = config;
        this.layout = FlatLayout.inOrder(config.tensors(model));
        Blueprint blueprint = model.blueprint();
        this.index = new long[2 * model.layers() * blueprint.modulesPerLayer()];
        Arrays.fill(index, -1);
        List<LinearModule> modules = config.resolve(model);
        for (int i = 0; i < modules.size(); i++) {
            LinearModule module = modules.get(i);
            module.requireOfBlock("IA3");
            int at = blueprint.position(module);
            index[2 * at + (config.scalesInput(module) ? 0 : 1)] = i;
        }
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(Ia3Training.class, "ia3.py");
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    /** Each vector a row. */
    @Override
    public long[] shapes() {
        return layout.specs().stream()
                .flatMapToLong(spec -> java.util.stream.LongStream.of(1, spec.elements()))
                .toArray();
    }

    @Override
    public long[] index() {
        return index.clone();
    }

    /** Without decay: it would pull the vectors towards 0, where the base's own is 1. */
    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return List.of(new ParameterGroup(0, size(), learningRate, 0));
    }

    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] ones = new float[size()];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
