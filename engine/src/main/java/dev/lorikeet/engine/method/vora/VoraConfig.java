package dev.lorikeet.engine.method.vora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TargetModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraForm;
import dev.lorikeet.engine.method.lora.LoraScaling;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * VoRA (Wang et al. 2025, "Vision as LoRA"): a picture's patches, each through one linear layer and with a vector of its
 * place, stand before the text as tokens that see each other; LoRA on the linear layers of the first blocks lets the
 * frozen model read them. (The paper also trains towards the features of a vision model, block by block; that is not done
 * here: the loss is that of the text alone.)
 *
 * <p>The LoRA part can be merged into the model; what stays then is the embedding of patches, an adapter without LoRA.
 *
 * @param grid how pictures are cut
 * @param lora the updates, for all tokens; null once they are merged away
 * @param origin what it was trained on
 */
public record VoraConfig(Grid grid, @Nullable LoraConfig lora, Origin origin) implements TrainableConfig {
    static final String PREFIX = "base_model.model.vision_embedding.";
    static final String WEIGHT = PREFIX + "patch.weight";
    static final String BIAS = PREFIX + "patch.bias";
    static final String PLACES = PREFIX + "position.weight";

    public VoraConfig {
        if (lora != null && !lora.form().equals(LoraForm.PLAIN)) {
            throw new IllegalArgumentException("vora is LoRA's two factors and nothing else:"
                    + " use_dora, lora_bias and modules_to_save are not possible");
        }
        if (lora != null) {
            lora = lora.withOrigin(Origin.UNKNOWN);
        }
    }

    /**
     * LoRA on all linear layers of the first blocks.
     *
     * @param layers how many blocks; 0 for all
     */
    public static VoraConfig of(Grid grid, int rank, double alpha, int layers) {
        return of(grid, rank, alpha, layers, new TargetModules.AllLinear());
    }

    /** LoRA on some modules of the first blocks. */
    public static VoraConfig of(Grid grid, int rank, double alpha, int layers, TargetModules targets) {
        ModuleSelection modules = new ModuleSelection(
                targets, null, IntStream.range(0, layers).boxed().toList(), List.of());
        LoraScaling scaling = new LoraScaling(rank, alpha, false, Map.of(), Map.of());
        return new VoraConfig(grid, new LoraConfig(scaling, modules, 0, Origin.UNKNOWN), Origin.UNKNOWN);
    }

    /** The same with dropout on what the updates read, in training. */
    public VoraConfig withDropout(double probability) {
        return new VoraConfig(grid, lora == null ? null : lora.withDropout(probability), origin);
    }

    /** What is left of an adapter of this kind when its LoRA part is merged into the model. */
    public static StoredAdapter withoutLora(StoredAdapter adapter) {
        if (!(adapter.config() instanceof VoraConfig config)) {
            throw new IllegalArgumentException(
                    "an adapter of kind " + adapter.config().kind() + " has no embedding of pictures");
        }
        List<TensorSpec> kept = new ArrayList<>();
        Map<String, float[]> values = new LinkedHashMap<>();
        for (TensorSpec spec : adapter.tensors().specs()) {
            if (spec.name().startsWith(PREFIX)) {
                kept.add(spec);
                values.put(spec.name(), adapter.tensors().get(spec.name()));
            }
        }
        return new StoredAdapter(new VoraConfig(config.grid(), null, config.origin()), AdapterTensors.of(kept, values));
    }

    @Override
    public String kind() {
        return "vora";
    }

    @Override
    public VoraConfig withOrigin(Origin from) {
        return new VoraConfig(grid, lora, from);
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        if (grid.patches() >= model.contextLength()) {
            throw new IllegalArgumentException("an image of " + grid.patches()
                    + " tokens leaves no room for a text in a context of " + model.contextLength());
        }
        List<TensorSpec> specs = new ArrayList<>();
        if (lora != null) {
            requireLayers(lora, model);
            specs.addAll(lora.tensors(model));
        }
        specs.addAll(ofTheEmbedding(model));
        return specs;
    }

    private static void requireLayers(LoraConfig lora, ModelConfig model) {
        if (model.blueprint().encoder()) {
            throw new IllegalArgumentException("vora needs a model that continues texts, not an encoder");
        }
        for (int layer : lora.modules().layers()) {
            if (layer >= model.layers()) {
                throw new IllegalArgumentException("the base model has " + model.layers()
                        + " layers: updates of its first " + (layer + 1) + " are not possible");
            }
        }
    }

    /** The tensors besides LoRA's. */
    List<TensorSpec> ofTheEmbedding(ModelConfig model) {
        return List.of(
                TensorSpec.of(WEIGHT, model.hiddenSize(), grid.values()),
                TensorSpec.of(BIAS, model.hiddenSize()),
                TensorSpec.of(PLACES, grid.patches(), model.hiddenSize()));
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Effects linear = lora == null ? Effects.of(Map.of()) : lora.effects(tensors, model, base);
        return linear.withFront(new Effects.Vision(grid, tensors.get(WEIGHT), tensors.get(BIAS), tensors.get(PLACES)));
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        if (lora == null) {
            throw new IllegalArgumentException(
                    "the LoRA part of this vora adapter was merged away: it cannot be trained further");
        }
        return new VoraTraining(this, lora, model);
    }

    @Override
    public ObjectNode json() {
        return VoraFormat.json(this);
    }
}
