package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.LinearEffect;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TensorPlaces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a LoRA adapter brings in the place of the base's own: whole modules, biases, rows of the embedding. */
final class OwnTensors {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final String ADAPTED_BIAS = ".base_layer.bias";
    private static final String ROWS = ".token_adapter.trainable_tokens_delta";

    /**
     * A trained tensor that takes the place of the base's.
     *
     * @param spec as it is stored
     * @param name of the base's
     * @param place where training holds the base's
     */
    record Own(TensorSpec spec, String name, TensorPlaces.Place place) {}

    private OwnTensors() {}

    /** All of them in an adapter's file. */
    static List<TensorSpec> specs(LoraConfig config, ModelConfig model, Map<String, List<Long>> stored) {
        List<TensorSpec> specs = new ArrayList<>(config.form().saved().tensors(model, stored));
        biases(config, model).forEach((name, spec) -> specs.add(spec));
        if (!config.form().rows().none()) {
            requireRows(config, model);
            specs.add(rows(config, model));
        }
        return specs;
    }

    /** The rows of trainable tokens. */
    static TensorSpec rows(LoraConfig config, ModelConfig model) {
        return TensorSpec.of(
                LoraConfig.PREFIX + model.blueprint().embedding() + ROWS,
                config.form().rows().tokens().size(),
                model.hiddenSize());
    }

    /** The biases by their names in the base. */
    private static Map<String, TensorSpec> biases(LoraConfig config, ModelConfig model) {
        Map<String, TensorSpec> biases = new LinkedHashMap<>();
        if (config.form().biases() == OwnBiases.NONE) {
            return biases;
        }
        Set<String> adapted = config.resolve(model).stream()
                .map(target -> target.module().path())
                .collect(Collectors.toSet());
        model.tensors().forEach((name, shape) -> {
            if (!name.endsWith(BIAS)) {
                return;
            }
            String module = name.substring(0, name.length() - BIAS.length());
            boolean target = adapted.contains(module);
            if (!target && config.form().biases() == OwnBiases.LORA_ONLY) {
                return;
            }
            if (config.form().saved().saves(name)) {
                // The whole module's, which the file holds under the same name.
                return;
            }
            String key = LoraConfig.PREFIX + module + (target ? ADAPTED_BIAS : BIAS);
            biases.put(name, new TensorSpec(key, shape));
        });
        return biases;
    }

    private static void requireRows(LoraConfig config, ModelConfig model) {
        config.form().rows().requireFor(model);
        SavedModules saved = config.form().saved();
        String embedding = model.blueprint().embedding();
        LinearModule head = LinearModule.of(model).getLast();
        boolean changed = config.embedding(model) != null || saved.saves(embedding + WEIGHT);
        if (model.tiedHead() && head.group() == Group.HEAD) {
            changed |= saved.saves(head.path() + WEIGHT)
                    || config.resolve(model).stream()
                            .anyMatch(target -> target.module().equals(head));
        }
        if (changed) {
            throw new UnsupportedTargetException("trainable_token_indices is not computed together with another change"
                    + " of " + embedding + " or of a head that is tied to it");
        }
    }

    /**
     * What training holds, but the rows of tokens.
     *
     * @throws IllegalArgumentException if one is a tensor that nothing computes an adapter's own of, or belongs to a
     *     module that LoRA adapts as well
     */
    static List<Own> trained(LoraConfig config, ModelConfig model) {
        Map<String, TensorPlaces.Place> places = TensorPlaces.of(model);
        List<Own> trained = new ArrayList<>();
        List<LoraModule> targets = config.resolve(model);
        for (TensorSpec spec : config.form().saved().tensors(model, Map.of())) {
            String name = spec.name().substring(LoraConfig.PREFIX.length());
            for (LoraModule target : targets) {
                if (name.startsWith(target.module().path() + ".")) {
                    throw new IllegalArgumentException(target.module().path()
                            + " is a target and one of modules_to_save: it is trained as either");
                }
            }
            add(trained, places, name, spec);
        }
        if (model.blueprint().encoder() && config.form().biases() != OwnBiases.NONE) {
            throw new IllegalArgumentException(
                    "bias = " + config.form().biases().text() + " is not trained over a "
                            + model.family().modelType());
        }
        biases(config, model).forEach((name, spec) -> add(trained, places, name, spec));
        return trained;
    }

    private static void add(List<Own> trained, Map<String, TensorPlaces.Place> places, String name, TensorSpec spec) {
        TensorPlaces.Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException(
                    name + " cannot be trained: no adapter's own " + name + " is served over this model");
        }
        trained.add(new Own(spec, name, place));
    }

    /** Other effects with these. */
    static Effects effects(
            Effects others, LoraConfig config, AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        Effects all = config.form().saved().effects(others, tensors, model, base);
        Map<LinearModule, LinearEffect> linear = new LinkedHashMap<>(all.linear());
        Map<String, float[]> replaced = new LinkedHashMap<>(all.replaced());
        Map<String, LinearModule> modules =
                LinearModule.of(model).stream().collect(Collectors.toMap(LinearModule::path, module -> module));
        biases(config, model).forEach((name, spec) -> {
            float[] own = tensors.get(spec.name());
            LinearModule module = modules.get(name.substring(0, name.length() - BIAS.length()));
            if (module == null) {
                replaced.put(name, own);
                return;
            }
            float[] added = base.floats(name);
            LinearEffect before = linear.getOrDefault(module, new LinearEffect(null, null, null, null, null, null));
            float[] other = before.outputBias();
            for (int i = 0; i < added.length; i++) {
                added[i] = own[i] - added[i] + (other == null ? 0 : other[i]);
            }
            linear.put(module, before.withOutputBias(added));
        });
        Effects changed = new Effects(linear, all.embedding(), all.front(), all.bottlenecks(), replaced);
        return config.form().rows().none()
                ? changed
                : config.form()
                        .rows()
                        .addTo(changed, tensors.get(rows(config, model).name()), model);
    }
}
