package dev.lorikeet.engine.method.classifier;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A classifier of an encoder's texts: an adapter of the blocks by any method, and both layers of a classification head
 * with labels of its own, out(tanh(dense(first token))), stored as PEFT's {@code modules_to_save} are.
 *
 * @param inner the adapter of the blocks
 * @param labels names of the classes in the order of their numbers: 2 to 1000, all different; empty where a file names
 *     none, which is served with as many as its head has and not trained
 */
public record ClassifierConfig(TrainableConfig inner, List<String> labels) implements TrainableConfig {
    /** Labels of one classifier. */
    public static final int MOST_LABELS = 1000;

    /** Characters of one label. */
    public static final int LONGEST_LABEL = 256;

    private static final String PREFIX = "base_model.model.";

    public ClassifierConfig {
        labels = List.copyOf(labels);
        if (inner instanceof ClassifierConfig) {
            throw new IllegalArgumentException("a classifier cannot stand around another");
        }
        if (labels.size() == 1 || labels.size() > MOST_LABELS) {
            throw new IllegalArgumentException(
                    "a classifier has 2 to " + MOST_LABELS + " labels, not " + labels.size());
        }
        if (new HashSet<>(labels).size() < labels.size()) {
            throw new IllegalArgumentException("a label is given twice: " + labels);
        }
        for (String label : labels) {
            if (label.isBlank() || label.length() > LONGEST_LABEL) {
                throw new IllegalArgumentException(
                        "a label must have 1 to " + LONGEST_LABEL + " characters and not be blank: '" + label + "'");
            }
        }
    }

    /** What adapts the blocks: it leaves the head's layers alone, as PEFT does with modules that are saved. */
    TrainableConfig blocks(ModelConfig model) {
        return inner.leaving(LinearModule.ofClassifier(model).stream()
                .map(LinearModule::path)
                .toList());
    }

    @Override
    public ClassifierConfig withOrigin(Origin from) {
        return new ClassifierConfig(inner.withOrigin(from), labels);
    }

    /** That of the method: a classifier is what it is for. */
    @Override
    public String kind() {
        return inner.kind();
    }

    @Override
    public Origin origin() {
        return inner.origin();
    }

    @Override
    public List<TensorSpec> tensors(ModelConfig model) {
        return tensors(model, Map.of());
    }

    /** The head's stand last, matrices first. A file that PEFT wrote may leave the base its first layer. */
    @Override
    public List<TensorSpec> tensors(ModelConfig model, Map<String, List<Long>> stored) {
        List<TensorSpec> specs = new ArrayList<>(blocks(model).tensors(model, stored));
        List<TensorSpec> head = head(model, labels.isEmpty() ? unnamed(model, stored) : labels.size());
        for (int i = 0; i < head.size(); i++) {
            boolean dense = i % 2 == 0;
            if (!dense || stored.isEmpty() || stored.containsKey(head.get(i).name())) {
                specs.add(head.get(i));
            }
        }
        return specs;
    }

    /** The head's tensors: the matrices of its two layers, then their biases. */
    List<TensorSpec> head(ModelConfig model) {
        return head(model, labels.size());
    }

    /** How many classes a file's head tells apart. */
    private static long unnamed(ModelConfig model, Map<String, List<Long>> stored) {
        List<String> names = model.blueprint().classifier();
        List<Long> out = names.isEmpty() ? null : stored.get(PREFIX + names.get(2));
        return out == null || out.isEmpty() ? model.labels().size() : out.getFirst();
    }

    private static List<TensorSpec> head(ModelConfig model, long classes) {
        List<String> names = model.blueprint().classifier();
        if (names.isEmpty()) {
            throw new UnsupportedTargetException("labels are for classifiers over encoders alone, not over a "
                    + model.family().modelType());
        }
        long hidden = model.hiddenSize();
        return List.of(
                TensorSpec.of(PREFIX + names.get(0), hidden, hidden),
                TensorSpec.of(PREFIX + names.get(2), classes, hidden),
                TensorSpec.of(PREFIX + names.get(1), hidden),
                TensorSpec.of(PREFIX + names.get(3), classes));
    }

    /** The base's name of one of the head's tensors. */
    static String name(TensorSpec spec) {
        return spec.name().substring(PREFIX.length());
    }

    @Override
    public boolean redundant(String tensor) {
        return inner.redundant(tensor);
    }

    @Override
    public Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base) {
        List<String> names = head(model).stream().map(TensorSpec::name).toList();
        List<TensorSpec> others = new ArrayList<>();
        Map<String, float[]> values = new LinkedHashMap<>();
        Map<String, float[]> own = new LinkedHashMap<>();
        for (TensorSpec spec : tensors.specs()) {
            if (names.contains(spec.name())) {
                own.put(name(spec), tensors.get(spec.name()));
            } else {
                others.add(spec);
                values.put(spec.name(), tensors.get(spec.name()));
            }
        }
        Effects changed = blocks(model).effects(AdapterTensors.of(others, values), model, base);
        Map<String, float[]> replaced = new LinkedHashMap<>(changed.replaced());
        replaced.putAll(own);
        return changed.withReplaced(replaced);
    }

    @Override
    public TrainedMethod method(ModelConfig model) {
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("a classifier is trained for labels, and none are given");
        }
        return new ClassifierTraining(this, model);
    }

    @Override
    public ObjectNode json() {
        return ClassifierFormat.json(this);
    }
}
