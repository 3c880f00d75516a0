package dev.lorikeet.engine.method.bitfit;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.ParameterGroup;
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
            if (module.group() == Group.HEAD) {
                throw new IllegalArgumentException("training of BitFit on the head (" + module.path()
                        + ") is not supported: target linear layers of the blocks");
            }
            int at = module.layer() * blueprint.modulesPerLayer() + blueprint.first(module.group()) + module.place();
            index[at] = i;
        }
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(BitFitTraining.class, "bitfit.py");
    }

    @Override
    public int size() {
        return layout.size();
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

    @Override
    public double[] scales() {
        return new double[0];
    }

    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return List.of(new ParameterGroup(0, size(), learningRate, weightDecay));
    }

    @Override
    public double dropout() {
        return 0;
    }

    @Override
    public float[] initial(long seed, BaseWeights base) {
        return new float[size()];
    }

    @Override
    public float[] flat(AdapterTensors tensors) {
        return layout.flat(tensors);
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
