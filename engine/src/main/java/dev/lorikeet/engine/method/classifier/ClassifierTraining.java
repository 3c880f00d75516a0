package dev.lorikeet.engine.method.classifier;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.ParameterGroup;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * The training of a classifier: the vector of the method that adapts the blocks, behind it the head's matrices, behind
 * them its biases, which do not decay.
 */
final class ClassifierTraining implements TrainedMethod {
    /** The standard deviation of a new head, as transformers draws it ({@code initializer_range}). */
    private static final double DEVIATION = 0.02;

    /** Draws of the seed for the head, apart from those of any module. */
    private static final long FIRST_DRAW = 1L << 32;

    private final ClassifierConfig config;
    private final TrainedMethod inner;
    private final List<TensorSpec> head;
    private final FlatLayout layout;
    private final int baseLabels;

    /** @throws IllegalArgumentException if the model is no encoder, or the method does not fit one */
    ClassifierTraining(ClassifierConfig config, ModelConfig model) {
        this.config = config;
        this.head = config.head(model);
        this.inner = config.blocks(model).method(model);
        if (inner.positionsBefore() > 0) {
            throw new IllegalArgumentException(config.kind()
                    + " puts something before the text, whose first token an encoder is asked: it is for models that"
                    + " continue texts; use a method like lora");
        }
        this.baseLabels = model.labels().size();
        Map<String, Integer> offsets = new LinkedHashMap<>(inner.layout().offsets());
        List<TensorSpec> specs = new ArrayList<>(inner.layout().specs());
        int offset = inner.size();
        for (TensorSpec spec : head) {
            offsets.put(spec.name(), offset);
            specs.add(spec);
            offset = Math.addExact(offset, spec.elements());
        }
        this.layout = new FlatLayout(specs, offsets);
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(ClassifierTraining.class, "classifier.py")
                .orElse(inner.script())
                .constant("own_head", true);
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public int classes() {
        return config.labels().size();
    }

    @Override
    public int beside() {
        return layout.size() - inner.size();
    }

    @Override
    public long[] shapes() {
        return LongStream.concat(
                        LongStream.of(inner.shapes()),
                        LongStream.of(FlatLayout.inOrder(head).shapes()))
                .toArray();
    }

    @Override
    public long[] index() {
        return inner.index();
    }

    @Override
    public double[] scales() {
        return inner.scales();
    }

    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return withHead(inner.groups(learningRate, weightDecay), learningRate, weightDecay);
    }

    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay, FactorRates rates) {
        return withHead(inner.groups(learningRate, weightDecay, rates), learningRate, weightDecay);
    }

    private List<ParameterGroup> withHead(List<ParameterGroup> blocks, double learningRate, double weightDecay) {
        int matrices = head.get(0).elements() + head.get(1).elements();
        List<ParameterGroup> groups = new ArrayList<>(blocks);
        groups.add(new ParameterGroup(inner.size(), matrices, learningRate, weightDecay));
        groups.add(new ParameterGroup(inner.size() + matrices, beside() - matrices, learningRate, 0));
        return groups;
    }

    @Override
    public double dropout() {
        return inner.dropout();
    }

    /** The base's head where it has one, its last layer only for as many labels; else drawn as a new one is. */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = Arrays.copyOf(inner.initial(seed, base), size());
        for (int i = 0; i < head.size(); i++) {
            TensorSpec spec = head.get(i);
            boolean out = i % 2 == 1;
            boolean fits = !out || baseLabels == config.labels().size();
            float[] start = fits ? ofBase(spec, base) : new float[0];
            if (start.length == 0) {
                start = drawn(spec, Seeds.generator(seed, Seeds.Use.INITIALISATION, FIRST_DRAW + i));
            }
            System.arraycopy(start, 0, values, layout.offset(spec.name()), start.length);
        }
        return values;
    }

    /** The base's own, empty if it has none: models saved for masked words may lack a head, or its last layer. */
    private static float[] ofBase(TensorSpec spec, BaseWeights base) {
        try {
            return base.floats(ClassifierConfig.name(spec));
        } catch (IllegalArgumentException absent) {
            return new float[0];
        }
    }

    private static float[] drawn(TensorSpec spec, RandomGenerator random) {
        float[] values = new float[spec.elements()];
        if (spec.shape().size() > 1) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian(0, DEVIATION);
            }
        }
        return values;
    }

    @Override
    public float[] state(float[] values, BaseWeights base) {
        return inner.state(ofInner(values), base);
    }

    private float[] ofInner(float[] values) {
        return Arrays.copyOf(values, inner.size());
    }

    @Override
    public boolean penalised() {
        return inner.penalised();
    }

    @Override
    public boolean packedBase() {
        return inner.packedBase();
    }

    @Override
    public boolean stepped() {
        return inner.stepped();
    }

    @Override
    public void requireSteps(int totalSteps) {
        inner.requireSteps(totalSteps);
    }

    @Override
    public double[] stepSettings(int step, int totalSteps) {
        return inner.stepSettings(step, totalSteps);
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        StoredAdapter blocks = inner.stored(ofInner(values), state);
        if (!(blocks.config() instanceof TrainableConfig stored)) {
            throw new IllegalStateException(
                    "a trained adapter of kind " + blocks.config().kind());
        }
        List<TensorSpec> specs = new ArrayList<>(blocks.tensors().specs());
        Map<String, float[]> all = new LinkedHashMap<>();
        specs.forEach(spec -> all.put(spec.name(), blocks.tensors().get(spec.name())));
        for (TensorSpec spec : head) {
            int from = layout.offset(spec.name());
            specs.add(spec);
            all.put(spec.name(), Arrays.copyOfRange(values, from, from + spec.elements()));
        }
        return new StoredAdapter(new ClassifierConfig(stored, config.labels()), AdapterTensors.of(specs, all));
    }

    @Override
    public boolean unchanged(float[] values, float[] state, long seed, BaseWeights base) {
        return inner.unchanged(ofInner(values), state, seed, base)
                && Arrays.equals(values, inner.size(), values.length, initial(seed, base), inner.size(), values.length);
    }

    @Override
    public Map<String, Integer> ranks(float[] values, float[] state) {
        return inner.ranks(ofInner(values), state);
    }
}
