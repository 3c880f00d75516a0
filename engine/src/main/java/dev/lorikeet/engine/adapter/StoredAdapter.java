package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An adapter in memory as PEFT stores it: complete, finite, and fitting the model that it was read for.
 *
 * @param config its adapter_config.json
 * @param tensors all that the configuration claims, in order of computation
 */
public record StoredAdapter(AdapterConfig config, AdapterTensors tensors) {
    public static final String CONFIG_FILE = AdapterConfig.FILE;
    public static final String WEIGHTS_FILE = "adapter_model.safetensors";

    private static final int NAMED_KEYS = 8;

    /**
     * Reads a folder as PEFT's {@code save_pretrained} leaves it.
     *
     * @throws UnsupportedAdapterException if its configuration sets what is not computed here
     * @throws InvalidAdapterException if a key belongs to nothing that the configuration claims, a claimed one is
     *     missing, a shape is not the model's, or a value is not finite; the message lists the keys
     */
    public static StoredAdapter read(Path folder, ModelConfig model) throws IOException {
        Path configFile = folder.resolve(CONFIG_FILE);
        Path weightsFile = folder.resolve(WEIGHTS_FILE);
        for (Path file : List.of(configFile, weightsFile)) {
            if (!Files.isRegularFile(file)) {
                throw new InvalidAdapterException("the adapter has no file " + file.getFileName());
            }
        }
        AdapterConfig config = AdapterConfig.read(configFile);
        try (TensorStore tensors = SafetensorsFile.open(weightsFile)) {
            return new StoredAdapter(config, read(tensors, config, claimed(tensors, config, model)));
        }
    }

    private static List<TensorSpec> claimed(TensorStore tensors, AdapterConfig config, ModelConfig model)
            throws IOException {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        tensors.tensors().forEach(info -> shapes.put(info.name(), info.shape()));
        try {
            return config.tensors(model, shapes);
        } catch (UnsupportedTargetException e) {
            throw new UnsupportedAdapterException(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new InvalidAdapterException(String.valueOf(e.getMessage()));
        }
    }

    private static AdapterTensors read(TensorStore tensors, AdapterConfig config, List<TensorSpec> claimed)
            throws IOException {
        Set<String> unknown = new TreeSet<>();
        tensors.tensors().stream()
                .map(TensorInfo::name)
                .filter(name -> !config.redundant(name))
                .forEach(unknown::add);
        Set<String> missing = new TreeSet<>();
        for (TensorSpec spec : claimed) {
            unknown.remove(spec.name());
            if (!tensors.has(spec.name())) {
                missing.add(spec.name());
            }
        }
        if (!unknown.isEmpty()) {
            throw new InvalidAdapterException(
                    "keys that belong to no module the adapter claims of this model: " + list(unknown));
        }
        if (!missing.isEmpty()) {
            throw new InvalidAdapterException("keys missing for modules the adapter claims: " + list(missing));
        }
        Map<String, float[]> values = new LinkedHashMap<>();
        for (TensorSpec spec : claimed) {
            values.put(spec.name(), values(tensors, spec));
        }
        return AdapterTensors.of(claimed, values);
    }

    private static float[] values(TensorStore tensors, TensorSpec spec) throws IOException {
        TensorInfo info = tensors.info(spec.name());
        if (!info.shape().equals(spec.shape())) {
            throw new InvalidAdapterException(spec.name() + " has shape " + info.shape() + ", not " + spec.shape());
        }
        if (!info.dtype().floating()) {
            throw new InvalidAdapterException(spec.name() + " is " + info.dtype() + ", not floating point");
        }
        float[] values = tensors.floats(spec.name());
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new InvalidAdapterException(spec.name() + " holds " + value + ", which is not finite");
            }
        }
        return values;
    }

    /** Writes adapter_model.safetensors and adapter_config.json into a folder, which is made if need be. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<StoredTensor> stored = new ArrayList<>();
        for (TensorSpec spec : tensors.specs()) {
            stored.add(StoredTensor.of(spec.name(), spec.shape(), tensors.get(spec.name())));
        }
        stored.sort(Comparator.comparing(tensor -> tensor.info().name()));
        SafetensorsWriter.write(folder.resolve(WEIGHTS_FILE), stored, Map.of("format", "pt"));
        config.write(folder.resolve(CONFIG_FILE));
    }

    /**
     * What it does to a model.
     *
     * @throws IllegalArgumentException as {@link AdapterConfig#effects}
     */
    public Effects effects(ModelConfig model, BaseWeights base) {
        return config.effects(tensors, model, base);
    }

    /** Names of its classes: see {@link AdapterConfig#labels}. */
    public List<String> labels() {
        return config.labels();
    }

    /** Bytes of the tensors as float32. */
    public long bytes() {
        return tensors.bytes();
    }

    private static String list(Set<String> keys) {
        List<String> first = keys.stream().limit(NAMED_KEYS).toList();
        return first + (keys.size() > NAMED_KEYS ? " and " + (keys.size() - NAMED_KEYS) + " more" : "");
    }
}
