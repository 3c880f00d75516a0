package dev.lorikeet.engine.method.lora;

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
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Where a LoRA adapter's matrices lie in one flat vector: all A first, those that read the same input stacked by rows,
 * then all B. One vector has one gradient, one clipping and one AdamW.
 */
final class LoraTraining implements TrainedMethod {
    private final LoraConfig config;
    private final List<LoraModule> modules;
    private final FlatLayout layout;

    private final long[] shapes;
    private final long[] index;
    private final double[] scales;
    private final int firstB;
    private final int size;

    /** @throws IllegalArgumentException if the configuration targets nothing that can be trained */
    LoraTraining(LoraConfig config, ModelConfig model) {
        this.config = config.withTask(LoraTask.of(model));
        this.modules = config.resolve(model);
        for (LoraModule module : modules) {
            if (module.module().group() == Group.HEAD) {
                throw new IllegalArgumentException("training of LoRA on the head ("
                        + module.module().path() + ") is not supported: target linear layers of the blocks");
            }
        }
        Blueprint blueprint = model.blueprint();
        int groups = Group.OF_A_LAYER.size();
        int count = blueprint.modulesPerLayer();
        int indexWidth = groups + count;
        this.index = new long[model.layers() * indexWidth];
        Arrays.fill(index, -1);
        this.scales = new double[model.layers() * count];
        int[] a = new int[modules.size()];
        int[] b = new int[modules.size()];
        List<Long> parts = new ArrayList<>();
        int offset = 0;
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Group group : Group.OF_A_LAYER) {
                long rows = 0;
                int inputs = 0;
                for (int place = 0; place < blueprint.count(group); place++) {
                    int at = find(modules, layer, group, place);
                    if (at >= 0) {
                        a[at] = offset;
                        inputs = modules.get(at).module().inputs();
                        rows += modules.get(at).rank();
                        offset = Math.addExact(
                                offset,
                                Math.multiplyExact(inputs, modules.get(at).rank()));
                    }
                }
                if (rows > 0) {
                    index[layer * indexWidth + group.number()] = parts.size() / 2;
                    parts.addAll(List.of(rows, (long) inputs));
                }
            }
        }
        this.firstB = offset;
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Group group : Group.OF_A_LAYER) {
                for (int place = 0; place < blueprint.count(group); place++) {
                    int at = find(modules, layer, group, place);
                    if (at >= 0) {
                        LoraModule module = modules.get(at);
                        b[at] = offset;
                        offset = Math.addExact(
                                offset, Math.multiplyExact(module.module().outputs(), module.rank()));
                        int ofLayer = blueprint.first(group) + place;
                        index[layer * indexWidth + groups + ofLayer] = parts.size() / 2;
                        parts.addAll(List.of((long) module.module().outputs(), (long) module.rank()));
                        scales[layer * count + ofLayer] = module.scaling();
                    }
                }
            }
        }
        this.size = offset;
        this.shapes = parts.stream().mapToLong(Long::longValue).toArray();
        Map<String, Integer> offsets = new LinkedHashMap<>();
        for (int i = 0; i < modules.size(); i++) {
            String key = LoraConfig.key(modules.get(i).module());
            offsets.put(key + LoraConfig.A, a[i]);
            offsets.put(key + LoraConfig.B, b[i]);
        }
        this.layout = new FlatLayout(config.tensors(model), offsets);
    }

    private static int find(List<LoraModule> modules, int layer, Group group, int place) {
        for (int i = 0; i < modules.size(); i++) {
            LinearModule module = modules.get(i).module();
            if (module.layer() == layer && module.group() == group && module.place() == place) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(LoraTraining.class, "lora.py");
    }

    @Override
    public boolean plainLora() {
        return true;
    }

    @Override
    public double dropout() {
        return config.dropout();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long[] shapes() {
        return shapes.clone();
    }

    @Override
    public long[] index() {
        return index.clone();
    }

    @Override
    public double[] scales() {
        return scales.clone();
    }

    /** All A and all B. */
    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return List.of(
                new ParameterGroup(0, firstB, learningRate, weightDecay),
                new ParameterGroup(firstB, size - firstB, learningRate, weightDecay));
    }

    /** PEFT's start: A uniform in +-1/sqrt(inputs) (kaiming_uniform with a = sqrt 5), B zero: the base unchanged. */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size];
        for (int i = 0; i < modules.size(); i++) {
            LoraModule module = modules.get(i);
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            int from = layout.offset(LoraConfig.key(module.module()) + LoraConfig.A);
            int inputs = module.module().inputs();
            double bound = 1 / Math.sqrt(inputs);
            for (int j = 0; j < inputs * module.rank(); j++) {
                values[from + j] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
        }
        return values;
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
