package dev.lorikeet.engine.method.bitfit;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.Arrays;
import java.util.List;

/** The training of biases, one behind the other in one vector; they begin as 0. */
final class BitFitTraining implements TrainedMethod {
    private final BitFitConfig config;
    private final FlatLayout layout;
    private final long[] index;

    /** @throws IllegalArgumentException if the configuration targets nothing that can be trained */
    BitFitTraining(BitFitConfig config, ModelConfig model) {
        this.config = config;
        this.layout = FlatLayout.inOrder(config.tensors(model));
        Blueprint blueprint = model.blueprint();
        this.index = new long[model.layers() * blueprint.modulesPerLayer()];
        Arrays.fill(index, -1);
        List<LinearModule> modules = config.resolve(model);
        for (int i = 0; i < modules.size(); i++) {
            LinearModule module = modules.get(i);
            module.requireOfBlock("BitFit");
            int at = blueprint.position(module);
            index[at] = i;
        }
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(BitFitTraining.class, "bitfit.py");
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
        return new float[size()];
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
