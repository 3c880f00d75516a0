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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A LoRA adapter in memory as PEFT stores it: complete, finite, and fitting the model that it was read for.
 *
 * @param config its adapter_config.json
 * @param factors one entry for each module that the configuration claims, in order of computation
 */
public record StoredAdapter(AdapterConfig config, List<LoraFactors> factors) {
    public static final String CONFIG_FILE = "adapter_config.json";
    public static final String WEIGHTS_FILE = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    /** PEFT stores the head's own weights too when a tied head is targeted; the base has them. */
    private static final String BASE = ".base_layer.weight";

    private static final int NAMED_KEYS = 8;

    public StoredAdapter {
        factors = List.copyOf(factors);
    }

    /**
     * Reads a folder as PEFT's {@code save_pretrained} leaves it.
     *
     * @throws UnsupportedAdapterException if its configuration sets what is not computed here
     * @throws InvalidAdapterException if a key belongs to no claimed module, a claimed module is missing, a shape is
     *     not the model's, or a value is not finite; the message lists the keys
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
        List<LoraModule> claimed;
        try {
            claimed = config.resolve(model);
        } catch (UnsupportedTargetException e) {
            throw new UnsupportedAdapterException(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new InvalidAdapterException(String.valueOf(e.getMessage()));
        }
        try (TensorStore tensors = SafetensorsFile.open(weightsFile)) {
            return new StoredAdapter(config, read(tensors, claimed));
        }
    }

    private static List<LoraFactors> read(TensorStore tensors, List<LoraModule> claimed) throws IOException {
        Set<String> unknown = new TreeSet<>();
        tensors.tensors().forEach(tensor -> unknown.add(tensor.name()));
        Set<String> missing = new TreeSet<>();
        for (LoraModule target : claimed) {
            String key = PREFIX + target.module().path();
            for (String name : List.of(key + A, key + B)) {
                if (!unknown.remove(name)) {
                    missing.add(name);
                }
            }
            unknown.remove(key + BASE);
        }
        if (!unknown.isEmpty()) {
            throw new InvalidAdapterException(
                    "keys that belong to no module the adapter claims of this model: " + list(unknown));
        }
        if (!missing.isEmpty()) {
            throw new InvalidAdapterException("keys missing for modules the adapter claims: " + list(missing));
        }
        List<LoraFactors> factors = new ArrayList<>();
        for (LoraModule target : claimed) {
            String key = PREFIX + target.module().path();
            int rank = target.rank();
            factors.add(new LoraFactors(
                    target,
                    matrix(tensors, key + A, rank, target.module().inputs()),
                    matrix(tensors, key + B, target.module().outputs(), rank)));
        }
        return factors;
    }

    private static float[] matrix(TensorStore tensors, String name, long rows, long columns) throws IOException {
        TensorInfo info = tensors.info(name);
        if (!info.shape().equals(List.of(rows, columns))) {
            throw new InvalidAdapterException(name + " has shape " + info.shape() + ", not " + List.of(rows, columns));
        }
        if (!info.dtype().floating()) {
            throw new InvalidAdapterException(name + " is " + info.dtype() + ", not floating point");
        }
        float[] values = tensors.floats(name);
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new InvalidAdapterException(name + " holds " + value + ", which is not finite");
            }
        }
        return values;
    }

    /** Writes adapter_model.safetensors and adapter_config.json into a folder, which is made if need be. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<StoredTensor> tensors = new ArrayList<>();
        for (LoraFactors factor : factors) {
            String key = PREFIX + factor.target().module().path();
            long rank = factor.target().rank();
            tensors.add(StoredTensor.of(
                    key + A, List.of(rank, (long) factor.target().module().inputs()), factor.a()));
            tensors.add(StoredTensor.of(
                    key + B, List.of((long) factor.target().module().outputs(), rank), factor.b()));
        }
        tensors.sort(Comparator.comparing(tensor -> tensor.info().name()));
        SafetensorsWriter.write(folder.resolve(WEIGHTS_FILE), tensors, Map.of("format", "pt"));
        config.write(folder.resolve(CONFIG_FILE));
    }

    /** Bytes of the factors as float32. */
    public long bytes() {
        return factors.stream()
                .mapToLong(factor -> 4L * (factor.a().length + factor.b().length))
                .sum();
    }

    private static String list(Set<String> keys) {
        List<String> first = keys.stream().limit(NAMED_KEYS).toList();
        return first + (keys.size() > NAMED_KEYS ? " and " + (keys.size() - NAMED_KEYS) + " more" : "");
    }
}
