package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PEFT's {@code modules_to_save}: modules whose whole weights an adapter brings, in the place of the base's. A module is
 * meant if its path ends with one of the names; what it contains is meant with it.
 *
 * @param names as configured; a name that fits nothing is passed over, as PEFT does
 */
public record SavedModules(List<String> names) {
    public static final SavedModules NONE = new SavedModules(List.of());

    private static final String PREFIX = "base_model.model.";
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    public SavedModules {
        names = List.copyOf(names);
    }

    /**
     * The tensors of these modules in an adapter's file.
     *
     * @param stored shapes in the file, from which a classifier's labels are taken; without, they are the model's
     */
    public List<TensorSpec> tensors(ModelConfig model, Map<String, List<Long>> stored) {
        List<TensorSpec> specs = new ArrayList<>();
        tensorsOf(model, stored).forEach((name, shape) -> {
            if (saves(name)) {
                // Conv1D's are stored as PEFT found them.
                specs.add(new TensorSpec(PREFIX + name, model.transposed(name) ? shape.reversed() : shape));
            }
        });
        return specs;
    }

    /** The model's tensors; its classifier may be the adapter's alone, and have labels of its own. */
    private static Map<String, List<Long>> tensorsOf(ModelConfig model, Map<String, List<Long>> stored) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>(model.tensors());
        List<String> classifier = model.blueprint().classifier();
        List<Long> own = classifier.isEmpty() ? null : stored.get(PREFIX + classifier.get(2));
        if (own != null && !own.isEmpty()) {
            long hidden = model.hiddenSize();
            shapes.put(classifier.get(0), List.of(hidden, hidden));
            shapes.put(classifier.get(1), List.of(hidden));
            shapes.put(classifier.get(2), List.of(own.getFirst(), hidden));
            shapes.put(classifier.get(3), List.of(own.getFirst()));
        }
        return shapes;
    }

    /** Whether a tensor belongs to one of the modules. */
    public boolean saves(String tensor) {
        for (int end = tensor.lastIndexOf('.'); end > 0; end = tensor.lastIndexOf('.', end - 1)) {
            String module = tensor.substring(0, end);
            if (names.stream().anyMatch(module::endsWith)) {
                return true;
            }
        }
        return false;
    }

    /** An adapter's effects with these modules' weights. */
    public Effects effects(Effects others, AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        if (names.isEmpty()) {
            return others;
        }
        Map<LinearModule, LinearEffect> linear = new LinkedHashMap<>(others.linear());
        Map<String, float[]> replaced = new LinkedHashMap<>(others.replaced());
        Effects.EmbeddingEffect embedding = others.embedding();
        Map<String, LinearModule> modules = new LinkedHashMap<>();
        LinearModule.of(model).forEach(module -> modules.put(module.path(), module));
        for (TensorSpec spec : tensors.specs()) {
            String name = spec.name().substring(PREFIX.length());
            if (name.contains(".lora_") || !saves(name)) {
                continue;
            }
            float[] values = tensors.get(spec.name());
            LinearModule module = modules.get(name.substring(0, name.lastIndexOf('.')));
            if (name.equals(model.blueprint().embedding() + WEIGHT)) {
                embedding = new Effects.EmbeddingEffect.Whole(values);
            } else if (module != null && name.endsWith(WEIGHT)) {
                float[] weight = model.transposed(name) ? turned(values, module.inputs()) : values;
                LinearEffect before = linear.get(module);
                linear.put(module, withWeight(before, weight));
            } else if (module != null && name.endsWith(BIAS)) {
                linear.put(module, withBias(linear.get(module), difference(values, base.floats(name))));
            } else {
                replaced.put(name, values);
            }
        }
        return new Effects(linear, embedding, others.front(), others.bottlenecks(), replaced);
    }

    private static LinearEffect withWeight(@Nullable LinearEffect before, float[] weight) {
        return before == null
                ? new LinearEffect(null, null, null, null, null, weight)
                : new LinearEffect(
                        before.lowRank(),
                        before.routing(),
                        before.inputScale(),
                        before.outputScale(),
                        before.outputBias(),
                        weight);
    }

    private static LinearEffect withBias(@Nullable LinearEffect before, float[] added) {
        return before == null ? new LinearEffect(null, null, null, null, added, null) : before.withOutputBias(added);
    }

    private static float[] difference(float[] own, float[] base) {
        float[] added = new float[own.length];
        for (int i = 0; i < added.length; i++) {
            added[i] = own[i] - base[i];
        }
        return added;
    }

    /**
     * The base's values of a tensor as a file holds them.
     *
     * @param name of the base's
     * @param values as the model has them, a matrix (outputs, inputs)
     */
    public float[] stored(String name, float[] values, ModelConfig model) {
        List<Long> shape = model.tensors().get(name);
        return shape != null && model.transposed(name) ? turned(values, Math.toIntExact(shape.getFirst())) : values;
    }

    /** (rows, columns) as (columns, rows). */
    private static float[] turned(float[] values, int rows) {
        int columns = values.length / rows;
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return turned;
    }
}
