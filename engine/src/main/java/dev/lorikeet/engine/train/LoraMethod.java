package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.LoraFactors;
import dev.lorikeet.engine.adapter.LoraModule;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Where a LoRA adapter's matrices lie in one flat vector: all A first, those that read the same input stacked by rows,
 * then all B. One vector has one gradient, one clipping and one AdamW; lora.py cuts it into {@link #shapes parts}.
 */
final class LoraMethod implements TrainedMethod {
    private record Place(LoraModule module, int a, int b) {}

    private final AdapterConfig config;
    /** In the order of {@code config.resolve}. */
    private final List<Place> places;

    private final long[] shapes;
    private final long[] index;
    private final double[] scales;
    private final int firstB;
    private final int size;

    /** @throws IllegalArgumentException if the configuration targets nothing that can be trained */
    LoraMethod(AdapterConfig config, ModelConfig model) {
        this.config = config;
        List<LoraModule> modules = config.resolve(model);
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
        List<Place> found = new ArrayList<>();
        for (int i = 0; i < modules.size(); i++) {
            found.add(new Place(modules.get(i), a[i], b[i]));
        }
        this.places = List.copyOf(found);
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
    public String script() {
        return "lora.py";
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
    public float[] initial(long seed) {
        float[] values = new float[size];
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            int inputs = place.module().module().inputs();
            double bound = 1 / Math.sqrt(inputs);
            for (int j = 0; j < inputs * place.module().rank(); j++) {
                values[place.a() + j] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
        }
        return values;
    }

    @Override
    public float[] flat(StoredAdapter adapter) {
        if (adapter.factors().size() != places.size()) {
            throw new IllegalArgumentException(
                    "the adapter has factors for " + adapter.factors().size() + " modules, not " + places.size());
        }
        float[] values = new float[size];
        for (int i = 0; i < places.size(); i++) {
            LoraFactors factors = adapter.factors().get(i);
            if (!factors.target().equals(places.get(i).module())) {
                throw new IllegalArgumentException("the adapter has " + factors.target() + " in the place of "
                        + places.get(i).module());
            }
            System.arraycopy(factors.a(), 0, values, places.get(i).a(), factors.a().length);
            System.arraycopy(factors.b(), 0, values, places.get(i).b(), factors.b().length);
        }
        return values;
    }

    @Override
    public StoredAdapter stored(float[] values) {
        List<LoraFactors> factors = new ArrayList<>();
        for (Place place : places) {
            LoraModule module = place.module();
            int lengthA = module.rank() * module.module().inputs();
            int lengthB = module.rank() * module.module().outputs();
            factors.add(new LoraFactors(
                    module,
                    Arrays.copyOfRange(values, place.a(), place.a() + lengthA),
                    Arrays.copyOfRange(values, place.b(), place.b() + lengthB)));
        }
        return new StoredAdapter(config, factors);
    }
}
