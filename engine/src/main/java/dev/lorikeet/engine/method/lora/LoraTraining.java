package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.token.TokenRows;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.ParameterGroup;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** How LoRA's factors, and what goes with them, are trained: one vector has one gradient, one clipping and one AdamW. */
final class LoraTraining implements TrainedMethod {
    private final LoraConfig config;
    private final List<LoraModule> modules;
    private final @Nullable LoraEmbedding embedding;
    private final List<OwnTensors.Own> own;
    private final LoraLayout parts;
    private final FlatLayout layout;
    private final ModelConfig model;

    /** @throws IllegalArgumentException if the configuration targets nothing that can be trained */
    LoraTraining(LoraConfig config, ModelConfig model) {
        this.config = config.withTask(LoraTask.of(model));
        this.modules = config.resolve(model);
        List<LinearModule> classifier = LinearModule.ofClassifier(model);
        for (LoraModule module : modules) {
            if (classifier.contains(module.module())) {
                throw new IllegalArgumentException("training of LoRA on the classifier ("
                        + module.module().path() + ") is not supported: target linear layers of the blocks");
            }
        }
        this.model = model;
        this.embedding = config.embedding(model);
        if (config.form().start().shifted()) {
            if (embedding != null) {
                throw new IllegalArgumentException("factors of the token embedding begin as zero, not as "
                        + config.form().start().text());
            }
            // Refuses what twice the rank is too large for before anything is trained.
            LoraExport.config(this.config).tensors(model);
        }
        this.own = OwnTensors.trained(config, model);
        this.parts = new LoraLayout(
                model,
                modules,
                embedding,
                config.form(),
                own,
                config.form().rows().none() ? null : OwnTensors.rows(config, model));
        this.layout = new FlatLayout(config.tensors(model), parts.offsets());
    }

    @Override
    public ScriptSource script() {
        return parts.plain()
                ? ScriptSource.of(LoraTraining.class, "lora.py")
                : ScriptSource.of(LoraTraining.class, "forms.py")
                        .and(TokenRows.script())
                        .constant("own_head", parts.ownHead() || tiedRows() || savedHead())
                        .constant("own_tensors", own.size())
                        .constant("tied_rows", tiedRows());
    }

    /** Whether the head has the rows of trainable tokens too. */
    private boolean tiedRows() {
        return model.tiedHead() && !config.form().rows().none();
    }

    private boolean savedHead() {
        List<String> heads = model.blueprint().modules(Group.HEAD);
        return !heads.isEmpty() && own.stream().anyMatch(tensor -> tensor.name().equals(heads.getFirst() + ".weight"));
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public boolean plainLora() {
        return parts.plain();
    }

    @Override
    public double dropout() {
        return config.dropout();
    }

    @Override
    public long[] shapes() {
        return parts.shapes();
    }

    @Override
    public long[] index() {
        return parts.index();
    }

    @Override
    public double[] scales() {
        return parts.scales();
    }

    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return groups(learningRate, weightDecay, FactorRates.EQUAL);
    }

    /** All A; an embedding's factors; all B and magnitudes; own matrices; vectors, which do not decay. */
    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay, FactorRates rates) {
        int[] ends = {parts.firstEmbedding(), parts.firstB(), parts.firstOwn(), parts.firstVector(), parts.size()};
        // Vectors as PEFT's LoRA+ groups them: with B.
        double[] multiples = {1, rates.embedding(), rates.b(), 1, rates.b()};
        List<ParameterGroup> groups = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ends.length; i++) {
            if (ends[i] > from) {
                boolean vectors = i == ends.length - 1;
                groups.add(new ParameterGroup(
                        from, ends[i] - from, learningRate * multiples[i], vectors ? 0 : weightDecay));
            }
            from = ends[i];
        }
        return groups;
    }

    /**
     * PEFT's start, which leaves the base unchanged: A uniform in +-1/sqrt(inputs) (kaiming_uniform with a = sqrt 5), B
     * zero; on an embedding A zero, B normal; magnitudes the norms of the base's weights; biases of B zero; what stands in
     * the place of the base's the same as that.
     */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[parts.size()];
        switch (config.form().start()) {
            case ZERO -> drawn(values, seed, base);
            case PISSA, OLORA -> ofTheWeights(values, seed, base);
            case GIVEN ->
                throw new IllegalArgumentException(
                        "a run whose factors are given begins from an adapter that holds them");
        }
        for (OwnTensors.Own tensor : own) {
            float[] start = config.form().saved().stored(tensor.name(), base.floats(tensor.name()), model);
            System.arraycopy(start, 0, values, layout.offset(tensor.spec().name()), start.length);
        }
        if (!config.form().rows().none()) {
            float[] start = config.form().rows().initial(model, base);
            int from = layout.offset(OwnTensors.rows(config, model).name());
            System.arraycopy(start, 0, values, from, start.length);
        }
        return values;
    }

    private void ofTheWeights(float[] values, long seed, BaseWeights base) {
        try (StartingFactors factors = new StartingFactors()) {
            for (int i = 0; i < modules.size(); i++) {
                LoraModule module = modules.get(i);
                float[] weight = base.floats(module.module().path() + ".weight");
                LowRank first = config.form().start() == LoraStart.PISSA
                        ? factors.principal(module, weight, Seeds.generator(seed, Seeds.Use.INITIALISATION, i))
                        : StartingFactors.orthonormal(module, weight);
                String key = LoraConfig.key(module.module());
                System.arraycopy(first.a(), 0, values, layout.offset(key + LoraConfig.A), first.a().length);
                System.arraycopy(first.b(), 0, values, layout.offset(key + LoraConfig.B), first.b().length);
            }
        }
    }

    private void drawn(float[] values, long seed, BaseWeights base) {
        for (int i = 0; i < modules.size(); i++) {
            LoraModule module = modules.get(i);
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            String key = LoraConfig.key(module.module());
            int from = layout.offset(key + LoraConfig.A);
            int inputs = module.module().inputs();
            Seeds.uniform(values, from, inputs * module.rank(), random, 1 / Math.sqrt(inputs));
            if (config.form().dora()) {
                float[] norms = LoraEffects.norms(base.floats(module.module().path() + ".weight"), inputs);
                System.arraycopy(norms, 0, values, layout.offset(key + LoraConfig.MAGNITUDE), norms.length);
            }
        }
        if (embedding != null) {
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, modules.size());
            int from = layout.offset(LoraConfig.PREFIX + embedding.path() + LoraConfig.EMBEDDING_B);
            Seeds.normal(values, from, embedding.hidden() * embedding.rank(), random, 1);
        }
    }

    /** The factors that the run begins with, where their product is not zero. */
    @Override
    public float[] state(float[] values, BaseWeights base) {
        return config.form().start().shifted() ? Arrays.copyOf(values, parts.firstOwn()) : new float[0];
    }

    @Override
    public boolean unchanged(float[] values, float[] state, long seed, BaseWeights base) {
        return config.form().start().shifted()
                ? Arrays.equals(Arrays.copyOf(values, state.length), state)
                : TrainedMethod.super.unchanged(values, state, seed, base);
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        AdapterTensors tensors = layout.tensors(values);
        if (!config.form().start().shifted()) {
            return new StoredAdapter(config, tensors);
        }
        return LoraExport.plain(config, tensors, layout.tensors(Arrays.copyOf(state, values.length)), model);
    }
}
