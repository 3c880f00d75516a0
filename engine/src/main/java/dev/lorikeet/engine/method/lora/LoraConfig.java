package dev.lorikeet.engine.method.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LoRA (Hu et al. 2021): y = W x + scaling B A x on linear layers.
 *
 * @param scaling ranks and strengths
 * @param modules which modules it changes
 * @param dropout in training, on the input of A; 0 to below 1
 * @param saved modules that it brings whole
 * @param task what it is for
 * @param origin what it was trained on
 */
public record LoraConfig(
        LoraScaling scaling, ModuleSelection modules, double dropout, SavedModules saved, LoraTask task, Origin origin)
        implements TrainableConfig {
    private static final String PREFIX = "base_model.model.";
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    /** PEFT stores the head's own weights too when a tied head is targeted; the base has them. */
    private static final String BASE = ".base_layer.weight";

    public LoraConfig {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora_dropout must be 0 to below 1, not " + dropout);
        }
    }

    /** LoRA on linear layers alone. */
    public LoraConfig(LoraScaling scaling, ModuleSelection modules, double dropout, Origin origin) {
        this(scaling, modules, dropout, SavedModules.NONE, LoraTask.NEXT_TOKEN, origin);
    }

    /** LoRA on modules by name ({@code q_proj}). */
    public static LoraConfig lora(int rank, double alpha, Collection<String> targetModules) {
        return of(rank, alpha, new TargetModules.Names(List.copyOf(targetModules)));
    }

    /** LoRA on every linear layer but the head. */
    public static LoraConfig allLinear(int rank, double alpha) {
        return of(rank, alpha, new TargetModules.AllLinear());
    }

    private static LoraConfig of(int rank, double alpha, TargetModules targets) {
        return new LoraConfig(
                new LoraScaling(rank, alpha, false, Map.of(), Map.of()),
                ModuleSelection.of(targets),
                0,
                Origin.UNKNOWN);
    }

    /** The same with scaling alpha / sqrt(rank), or without. */
    public LoraConfig withRankStabilised(boolean rankStabilised) {
        return new LoraConfig(
                new LoraScaling(
                        scaling.rank(), scaling.alpha(), rankStabilised, scaling.rankPattern(), scaling.alphaPattern()),
                modules,
                dropout,
                saved,
                task,
                origin);
    }

    /** The same with dropout in training. */
    public LoraConfig withDropout(double probability) {
        return new LoraConfig(scaling, modules, probability, saved, task, origin);
    }

    @Override
    public LoraConfig withOrigin(Origin from) {
        return new LoraConfig(scaling, modules, dropout, saved, task, from);
    }

    /** The same for another task. */
    LoraConfig withTask(LoraTask other) {
        return new LoraConfig(scaling, modules, dropout, saved, other, origin);
    }

    @Override
    public String kind() {
        return "lora";
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        return tensors(model, Map.of());
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model, Map<String, List<Long>> stored) {
        if (task.type() == LoraTask.Type.SEQ_CLS && !model.blueprint().encoder()) {
            throw new UnsupportedTargetException("task_type SEQ_CLS is computed over encoders alone, not over a "
                    + model.family().modelType());
        }
        List<TensorSpec> specs = new ArrayList<>();
        for (LoraModule target : resolve(model)) {
            String key = key(target.module());
            specs.add(TensorSpec.of(key + A, target.rank(), target.module().inputs()));
            specs.add(TensorSpec.of(key + B, target.module().outputs(), target.rank()));
        }
        specs.addAll(saved.tensors(model, stored));
        return specs;
    }

    /** What PEFT calls a module in an adapter's file. */
    static String key(LinearModule module) {
        return PREFIX + module.path();
    }

    @Override
    public boolean redundant(String tensor) {
        return tensor.endsWith(BASE);
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Map<LinearModule, LinearEffect> effects = new LinkedHashMap<>();
        Map<String, float[]> classifier = new LinkedHashMap<>();
        List<LinearModule> ofClassifier = LinearModule.ofClassifier(model);
        for (LoraModule target : resolve(model)) {
            String key = key(target.module());
            LowRank update =
                    LowRank.scaled(target.rank(), tensors.get(key + A), tensors.get(key + B), target.scaling());
            if (ofClassifier.contains(target.module())) {
                // So small, and met by so few rows, that it is merged at once.
                String weight = target.module().path() + ".weight";
                classifier.put(weight, update.addTo(base.floats(weight)));
            } else {
                effects.put(target.module(), LinearEffect.of(update));
            }
        }
        return saved.effects(Effects.of(effects).withReplaced(classifier), tensors, model, base);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        if (!saved.names().isEmpty()) {
            throw new IllegalArgumentException("modules_to_save " + saved.names() + " cannot be trained");
        }
        return new LoraTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return LoraFormat.json(this);
    }

    /**
     * The modules of a model that this changes, in order of computation.
     *
     * @throws UnsupportedTargetException if it targets a module that is not linear
     * @throws IllegalArgumentException if it targets none
     */
    public List<LoraModule> resolve(ModelConfig model) {
        for (String other : otherModules(model)) {
            if (!(modules.targets() instanceof TargetModules.AllLinear) && modules.selects(other)) {
                throw new UnsupportedTargetException("target module " + other + " is not a linear layer");
            }
        }
        List<LinearModule> candidates = new ArrayList<>(LinearModule.of(model));
        // PEFT adapts no module that it saves whole.
        LinearModule.ofClassifier(model).stream()
                .filter(module -> !saved.saves(module.path() + ".weight"))
                .forEach(candidates::add);
        List<LoraModule> resolved = new ArrayList<>();
        for (LinearModule module : candidates) {
            if (modules.selects(module.path())) {
                resolved.add(new LoraModule(module, scaling.rankOf(module.path()), scaling.scalingOf(module.path())));
            }
        }
        if (resolved.isEmpty()) {
            throw new IllegalArgumentException("target_modules " + modules.targets() + " match no module of the model");
        }
        return List.copyOf(resolved);
    }

    /** The modules that hold weights but are not linear, which PEFT would match too. */
    private static List<String> otherModules(ModelConfig model) {
        List<String> others = new ArrayList<>(
                List.of(model.blueprint().embedding(), model.blueprint().norms().last()));
        for (int layer = 0; layer < model.layers(); layer++) {
            String prefix = model.blueprint().layer(layer);
            others.add(prefix + model.blueprint().norms().attention());
            others.add(prefix + model.blueprint().norms().feedForward());
        }
        // What holds linear layers is not one itself: self_attn, mlp.
        LinearModule.of(model).stream()
                .map(LinearModule::path)
                .filter(path -> path.contains("."))
                .map(path -> path.substring(0, path.lastIndexOf('.')))
                .distinct()
                .forEach(others::add);
        return others;
    }
}
