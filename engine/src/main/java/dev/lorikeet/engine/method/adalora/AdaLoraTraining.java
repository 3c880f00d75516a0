package dev.lorikeet.engine.method.adalora;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.model.Blueprint;
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
 * The training of an AdaLoRA adapter. Vector: all Q, all P, all singular values, each by module. State: smoothed
 * sensitivities and uncertainties of the vector, the triplets kept (1 or 0), whether that choice stands, the run's steps.
 */
final class AdaLoraTraining implements TrainedMethod {
    private static final double DEVIATION = 0.02;

    private final AdaLoraConfig config;
    private final List<LinearModule> modules;
    private final FlatLayout layout;
    private final long[] index;
    private final int table;
    private final int triplets;
    private final boolean doublets;

    /** @throws IllegalArgumentException if the configuration targets nothing that can be trained */
    AdaLoraTraining(AdaLoraConfig config, ModelConfig model) {
        this.config = config;
        this.modules = config.resolve(model);
        this.layout = FlatLayout.inOrder(config.tensors(model));
        this.doublets = config.rules().importance().variant() == Importance.Variant.DOUBLETS;
        this.triplets = modules.stream().mapToInt(this::rank).sum();
        Blueprint blueprint = model.blueprint();
        this.table = model.layers() * blueprint.modulesPerLayer();
        this.index = new long[table + 1 + 3 * modules.size()];
        Arrays.fill(index, 0, table, -1);
        index[table] = modules.size();
        for (int i = 0; i < modules.size(); i++) {
            LinearModule module = modules.get(i);
            module.requireOfBlock("AdaLoRA");
            index[blueprint.position(module)] = i;
            index[table + 1 + 3 * i] = rank(module);
            index[table + 2 + 3 * i] = module.inputs();
            index[table + 3 + 3 * i] = module.outputs();
        }
    }

    private int rank(LinearModule module) {
        return config.ranks().rankOf(module.path());
    }

    /** Whether the ranks were chosen before, so that nothing is pruned. */
    private boolean chosen() {
        return !config.ranks().pattern().isEmpty();
    }

    @Override
    public ScriptSource script() {
        return allocation()
                .and(AdaLoraTraining.class, "adalora.py")
                .constant("doublets", doublets)
                .constant("squared", config.rules().orthogonality().form() == Orthogonality.Form.SQUARED_SUM);
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    /** The part that chooses triplets, which needs no model. */
    ScriptSource allocation() {
        return ScriptSource.of(AdaLoraTraining.class, "allocation.py")
                .constant("table", table)
                .constant("variant", config.rules().importance().variant().number());
    }

    @Override
    public long[] index() {
        return index.clone();
    }

    @Override
    public double[] scales() {
        Importance importance = config.rules().importance();
        return new double[] {
            config.ranks().scaling(), config.rules().orthogonality().weight(), importance.beta1(), importance.beta2()
        };
    }

    @Override
    public List<ParameterGroup> groups(double learningRate, double weightDecay) {
        return List.of(new ParameterGroup(0, doublets ? size() - triplets : size(), learningRate, weightDecay));
    }

    @Override
    public double dropout() {
        return config.dropout();
    }

    /** PEFT's start: P and Q normal with deviation 0.02, singular values 0. Doublets: Q as LoRA's A, P 0, values 1. */
    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] values = new float[size()];
        for (int i = 0; i < modules.size(); i++) {
            LinearModule module = modules.get(i);
            String key = AdaLoraConfig.key(module);
            RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, i);
            int a = layout.offset(key + AdaLoraConfig.A);
            int inputs = module.inputs();
            if (doublets) {
                Seeds.uniform(values, a, rank(module) * inputs, random, 1 / Math.sqrt(inputs));
            } else {
                Seeds.normal(values, a, rank(module) * inputs, random, DEVIATION);
                int b = layout.offset(key + AdaLoraConfig.B);
                Seeds.normal(values, b, rank(module) * module.outputs(), random, DEVIATION);
            }
        }
        if (doublets) {
            Arrays.fill(values, size() - triplets, size(), 1);
        }
        return values;
    }

    @Override
    public float[] state(float[] values, BaseWeights base) {
        float[] state = new float[Math.addExact(Math.multiplyExact(2, size()), triplets + 2)];
        Arrays.fill(state, 2 * size(), 2 * size() + triplets, 1);
        return state;
    }

    @Override
    public boolean penalised() {
        return config.rules().orthogonality().weight() > 0;
    }

    @Override
    public boolean stepped() {
        return true;
    }

    @Override
    public void requireSteps(int totalSteps) {
        if (!chosen()) {
            config.rules().schedule().require(totalSteps);
        }
    }

    /** Followed, chosen, how many, fixed: as allocation.py reads them. A step's own number counts from 0, as in PEFT. */
    @Override
    public double[] stepSettings(int step, int totalSteps) {
        if (chosen()) {
            return new double[] {0, 0, triplets, 0};
        }
        BudgetSchedule schedule = config.rules().schedule();
        int t = step - 1;
        int target = Math.multiplyExact(config.ranks().target(), modules.size());
        return new double[] {
            schedule.follows(t, totalSteps) ? 1 : 0,
            schedule.chooses(t, totalSteps) ? 1 : 0,
            schedule.budget(t, totalSteps, triplets, target),
            schedule.fixed(t, totalSteps) ? 1 : 0
        };
    }

    /** All triplets until the choice stands, from then on those that are kept. */
    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        int steps = Math.round(state[state.length - 1]);
        AdapterTensors all = layout.tensors(values);
        if (chosen() || steps == 0) {
            return new StoredAdapter(config, all);
        }
        BudgetSchedule schedule = config.rules().schedule();
        AdaLoraRules rules = new AdaLoraRules(
                new BudgetSchedule(schedule.warmUp(), schedule.finalSteps(), schedule.interval(), steps),
                config.rules().importance(),
                config.rules().orthogonality());
        AdaLoraConfig own =
                new AdaLoraConfig(config.ranks(), rules, config.modules(), config.dropout(), config.origin());
        if (state[state.length - 2] == 0) {
            return new StoredAdapter(own, all);
        }
        Map<String, List<Boolean>> pattern = pattern(state);
        AdaLoraConfig pruned = new AdaLoraConfig(
                config.ranks().withPattern(pattern), rules, config.modules(), config.dropout(), config.origin());
        return new StoredAdapter(pruned, kept(all, pattern));
    }

    private Map<String, List<Boolean>> pattern(float[] state) {
        Map<String, List<Boolean>> pattern = new LinkedHashMap<>();
        int at = 2 * size();
        for (LinearModule module : modules) {
            List<Boolean> kept = new ArrayList<>();
            for (int i = 0; i < rank(module); i++) {
                kept.add(state[at] != 0);
                at++;
            }
            pattern.put(module.path(), kept);
        }
        return pattern;
    }

    private AdapterTensors kept(AdapterTensors all, Map<String, List<Boolean>> pattern) {
        List<TensorSpec> specs = new ArrayList<>();
        Map<String, float[]> values = new LinkedHashMap<>();
        for (String suffix : List.of(AdaLoraConfig.A, AdaLoraConfig.B, AdaLoraConfig.E)) {
            for (LinearModule module : modules) {
                List<Boolean> own = pattern.getOrDefault(module.path(), List.of());
                String name = AdaLoraConfig.key(module) + suffix;
                boolean columns = suffix.equals(AdaLoraConfig.B);
                float[] old = all.get(name);
                int rank = Math.toIntExact(own.stream().filter(keep -> keep).count());
                float[] shorter = new float[old.length / own.size() * rank];
                int width = columns ? 1 : old.length / own.size();
                int to = 0;
                for (int i = 0; i < old.length; i++) {
                    if (own.get(i / width % own.size())) {
                        shorter[to] = old[i];
                        to++;
                    }
                }
                specs.add(columns ? TensorSpec.of(name, module.outputs(), rank) : TensorSpec.of(name, rank, width));
                values.put(name, shorter);
            }
        }
        return AdapterTensors.of(specs, values);
    }

    /** Triplets kept by the last choice. */
    @Override
    public Map<String, Integer> ranks(float[] values, float[] state) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        pattern(state)
                .forEach((path, kept) -> ranks.put(
                        path, Math.toIntExact(kept.stream().filter(keep -> keep).count())));
        return ranks;
    }
}
