package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What PEFT's adapter_config.json says of a LoRA adapter.
 *
 * @param scaling ranks and strengths
 * @param modules which modules it changes
 * @param dropout in training, on the input of A; 0 to below 1
 * @param origin what it was trained on
 */
public record AdapterConfig(LoraScaling scaling, ModuleSelection modules, double dropout, Origin origin) {
    /**
     * What an adapter was trained on; informative, nothing is computed from it.
     *
     * @param baseModel name or path, or null
     * @param revision of the base model, or null
     */
    public record Origin(
            @Nullable String baseModel, @Nullable String revision) {
        public static final Origin UNKNOWN = new Origin(null, null);
    }

    public AdapterConfig {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora_dropout must be 0 to below 1, not " + dropout);
        }
    }

    /** LoRA on modules by name ({@code q_proj}). */
    public static AdapterConfig lora(int rank, double alpha, Collection<String> targetModules) {
        return of(rank, alpha, new TargetModules.Names(List.copyOf(targetModules)));
    }

    /** LoRA on every linear layer but the head. */
    public static AdapterConfig allLinear(int rank, double alpha) {
        return of(rank, alpha, new TargetModules.AllLinear());
    }

    private static AdapterConfig of(int rank, double alpha, TargetModules targets) {
        return new AdapterConfig(
                new LoraScaling(rank, alpha, false, Map.of(), Map.of()),
                ModuleSelection.of(targets),
                0,
                Origin.UNKNOWN);
    }

    /** The same with scaling alpha / sqrt(rank), or without. */
    public AdapterConfig withRankStabilised(boolean rankStabilised) {
        return new AdapterConfig(
                new LoraScaling(
                        scaling.rank(), scaling.alpha(), rankStabilised, scaling.rankPattern(), scaling.alphaPattern()),
                modules,
                dropout,
                origin);
    }

    /** The same with dropout in training. */
    public AdapterConfig withDropout(double probability) {
        return new AdapterConfig(scaling, modules, probability, origin);
    }

    /** The same with the base model's name. */
    public AdapterConfig withOrigin(Origin from) {
        return new AdapterConfig(scaling, modules, dropout, from);
    }

    /**
     * Reads adapter_config.json.
     *
     * @throws UnsupportedAdapterException if it sets what this engine does not compute, by name
     * @throws InvalidAdapterException if it is not PEFT's format
     */
    public static AdapterConfig read(Path file) throws IOException {
        return AdapterConfigFormat.read(file);
    }

    /** Writes adapter_config.json as PEFT does: keys sorted, patterns in the order given. */
    public void write(Path file) throws IOException {
        AdapterConfigFormat.write(this, file);
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
        List<LoraModule> resolved = new ArrayList<>();
        for (LinearModule module : LinearModule.of(model)) {
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
