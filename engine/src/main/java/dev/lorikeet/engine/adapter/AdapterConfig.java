package dev.lorikeet.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.model.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter's adapter_config.json says: its kind and settings, free of any model's weights. One immutable
 * implementation a kind, found through {@link AdapterFormat}.
 */
public interface AdapterConfig {
    /** The file's name in an adapter's folder. */
    String FILE = "adapter_config.json";

    /**
     * What an adapter was trained on; informative, nothing is computed from it.
     *
     * @param baseModel name or path, or null
     * @param revision of the base model, or null
     */
    record Origin(@Nullable String baseModel, @Nullable String revision) {
        public static final Origin UNKNOWN = new Origin(null, null);
    }

    /** The kind's name for requests, manifests and messages: {@code lora}, {@code dora}, {@code ia3}. */
    String kind();

    /** What it was trained on. */
    Origin origin();

    /** The same with another origin. */
    AdapterConfig withOrigin(Origin origin);

    /**
     * The tensors that the adapter's file holds for a model, in PEFT's names.
     *
     * @throws UnsupportedTargetException if it targets a module of a kind that it cannot adapt
     * @throws IllegalArgumentException if it does not fit the model
     */
    List<TensorSpec> tensors(ModelConfig model);

    /**
     * The same where a file chooses shapes that the model leaves open, as the labels of a classifier.
     *
     * @param stored shapes of the file's tensors by name
     */
    default List<TensorSpec> tensors(ModelConfig model, Map<String, List<Long>> stored) {
        return tensors(model);
    }

    /** Names of the classes that a classifier of its own tells apart, by their numbers; empty where none are given. */
    default List<String> labels() {
        return List.of();
    }

    /** Whether a file may hold this tensor besides, which the base has and nobody reads. */
    default boolean redundant(String tensor) {
        return false;
    }

    /**
     * What the adapter does to the model.
     *
     * @param tensors those of {@link #tensors}
     * @param base the frozen model's weights
     * @throws IllegalArgumentException if a value does not suffice, as one that overflows with its scaling
     */
    Effects effects(AdapterTensors tensors, ModelConfig model, BaseWeights base);

    /** adapter_config.json as PEFT writes it; where PEFT has no such kind, in its manner. */
    ObjectNode json();

    /**
     * Reads adapter_config.json.
     *
     * @throws UnsupportedAdapterException if it sets what this engine does not compute, by name
     * @throws InvalidAdapterException if it is not PEFT's format
     */
    static AdapterConfig read(Path file) throws IOException {
        return AdapterConfigFile.read(file);
    }

    /**
     * Reads what such a file says.
     *
     * @throws UnsupportedAdapterException as {@link #read(Path)}
     * @throws InvalidAdapterException as {@link #read(Path)}
     */
    static AdapterConfig read(JsonNode root) throws IOException {
        return AdapterConfigFile.read(root);
    }

    /** Writes adapter_config.json. */
    default void write(Path file) throws IOException {
        AdapterConfigFile.write(this, file);
    }
}
