package dev.lorikeet.engine.method.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * LoRA (Hu et al. 2021): y = W x + scaling B A x on linear layers and the token embedding.
 *
 * @param scaling ranks and strengths
 * @param modules which modules it changes
 * @param dropout in training, on the input of A; 0 to below 1
 * @param form what it has besides factors
 * @param task what it is for
 * @param origin what it was trained on
 */
public record LoraConfig(
        LoraScaling scaling, ModuleSelection modules, double dropout, LoraForm form, LoraTask task, Origin origin)
        implements TrainableConfig {
    static final String PREFIX = "base_model.model.";
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String B_BIAS = ".lora_B.bias";
    static final String MAGNITUDE = ".lora_magnitude_vector";
    static final String EMBEDDING_A = ".lora_embedding_A";
    static final String EMBEDDING_B = ".lora_embedding_B";
    /** PEFT stores the head's own weights too when a tied head is targeted; the base has them. */
    private static final String BASE = ".base_layer.weight";
    /** With bias = all PEFT stores both copies of the biases of modules_to_save, and the second once more by its own name. */
    private static final Pattern COPIED = Pattern.compile("\\.(original_module|modules_to_save)\\..*bias$");

    public LoraConfig {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora_dropout must be 0 to below 1, not " + dropout);
        }
    }

    /** LoRA on linear layers alone. */
    public LoraConfig(LoraScaling scaling, ModuleSelection modules, double dropout, Origin origin) {
        this(scaling, modules, dropout, LoraForm.PLAIN, LoraTask.NEXT_TOKEN, origin);
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
                form,
                task,
                origin);
    }

    /** The same with dropout in training. */
    public LoraConfig withDropout(double probability) {
        return new LoraConfig(scaling, modules, probability, form, task, origin);
    }

    /** The same with weights split into magnitude and direction, or not. */
    public LoraConfig withDora(boolean dora) {
        return withForm(form.withDora(dora));
    }

    /** The same with factors that begin as something else. */
    public LoraConfig withStart(LoraStart start) {
        return withForm(form.withStart(start));
    }

    /** The same in another form. */
    public LoraConfig withForm(LoraForm other) {
        return new LoraConfig(scaling, modules, dropout, other, task, origin);
    }

    @Override
    public LoraConfig leaving(List<String> paths) {
        return new LoraConfig(scaling, modules.without(paths), dropout, form, task, origin);
    }

    @Override
    public LoraConfig withOrigin(Origin from) {
        return new LoraConfig(scaling, modules, dropout, form, task, from);
    }

    /** The same for another task. */
    LoraConfig withTask(LoraTask other) {
        return new LoraConfig(scaling, modules, dropout, form, other, origin);
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
        LoraEmbedding embedding = embedding(model);
        if (embedding != null) {
            String key = PREFIX + embedding.path();
            specs.add(TensorSpec.of(key + EMBEDDING_A, embedding.rank(), embedding.vocabulary()));
            specs.add(TensorSpec.of(key + EMBEDDING_B, embedding.hidden(), embedding.rank()));
        }
        List<LinearModule> ofClassifier = LinearModule.ofClassifier(model);
        for (LoraModule target : resolve(model)) {
            LinearModule module = target.module();
            if ((form.dora() || form.bias()) && ofClassifier.contains(module)) {
                throw new UnsupportedTargetException(
                        "use_dora and lora_bias are not computed on a classifier's " + module.path());
            }
            String key = key(module);
            specs.add(TensorSpec.of(key + A, target.rank(), module.inputs()));
            specs.add(TensorSpec.of(key + B, module.outputs(), target.rank()));
            if (form.dora()) {
                specs.add(TensorSpec.of(key + MAGNITUDE, module.outputs()));
            }
            if (form.bias()) {
                specs.add(TensorSpec.of(key + B_BIAS, module.outputs()));
            }
        }
        specs.addAll(OwnTensors.specs(this, model, stored));
        return specs;
    }

    /** What PEFT calls a module in an adapter's file. */
    static String key(LinearModule module) {
        return PREFIX + module.path();
    }

    @Override
    public boolean redundant(String tensor) {
        return tensor.endsWith(BASE) || COPIED.matcher(tensor).find();
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        return LoraEffects.of(this, tensors, model, base);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        return new LoraTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return LoraFormat.json(this);
    }

    /** The token embedding if this changes it. */
    @Nullable LoraEmbedding embedding(ModelConfig model) {
        String path = model.blueprint().embedding();
        if (modules.targets() instanceof TargetModules.AllLinear || !modules.selects(path)) {
            return null;
        }
        if (model.blueprint().encoder()
                || form.dora()
                || form.bias()
                || form.saved().saves(path + ".weight")) {
            throw new UnsupportedTargetException(
                    "the token embedding " + path
                            + " is a target over decoders alone, and not with use_dora, lora_bias or as one of modules_to_save");
        }
        return new LoraEmbedding(
                path, scaling.rankOf(path), scaling.scalingOf(path), model.vocabularySize(), model.hiddenSize());
    }

    /**
     * The linear modules of a model that this changes, in order of computation.
     *
     * @throws UnsupportedTargetException if it targets a module that is neither linear nor the token embedding
     * @throws IllegalArgumentException if it targets nothing
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
                .filter(module -> !form.saved().saves(module.path() + ".weight"))
                .forEach(candidates::add);
        List<LoraModule> resolved = new ArrayList<>();
        for (LinearModule module : candidates) {
            if (modules.selects(module.path())) {
                resolved.add(new LoraModule(module, scaling.rankOf(module.path()), scaling.scalingOf(module.path())));
            }
        }
        if (resolved.isEmpty() && embedding(model) == null) {
            throw new IllegalArgumentException("target_modules " + modules.targets() + " match no module of the model");
        }
        return List.copyOf(resolved);
    }

    /** The modules that hold weights but are not linear, which PEFT would match too; but the embedding. */
    private static List<String> otherModules(ModelConfig model) {
        List<String> others = new ArrayList<>(List.of(model.blueprint().norms().last()));
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
