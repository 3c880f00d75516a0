package dev.lorikeet.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A family of base models that this engine computes: what its files call it. A new family is a new constant here, a
 * {@link Blueprint}, and its reading in {@link ModelConfigReader}.
 */
public enum Family {
    LLAMA("llama", "llama"),
    QWEN2("qwen2", "qwen2"),
    QWEN3("qwen3", "qwen3"),
    /** GGUF files of Mistral's models call themselves llama. */
    MISTRAL("mistral", null),
    GPT2("gpt2", "gpt2"),
    BERT("bert", null),
    ROBERTA("roberta", null);

    private final String modelType;
    private final @Nullable String ggufArchitecture;

    Family(String modelType, @Nullable String ggufArchitecture) {
        this.modelType = modelType;
        this.ggufArchitecture = ggufArchitecture;
    }

    /** {@code model_type} in a Hugging Face config.json. */
    public String modelType() {
        return modelType;
    }

    /** {@code general.architecture} in a GGUF file, which also prefixes its keys, or null if it has none of its own. */
    public @Nullable String ggufArchitecture() {
        return ggufArchitecture;
    }

    /** What its blocks are made of. */
    public Blueprint blueprint() {
        return switch (this) {
            case LLAMA, QWEN2, MISTRAL -> Blueprints.LLAMA;
            case QWEN3 -> Blueprints.QWEN3;
            case GPT2 -> Blueprints.GPT2;
            case BERT -> Blueprints.BERT;
            case ROBERTA -> Blueprints.ROBERTA;
        };
    }

    /** The family of a {@code model_type}, or empty if it is not computed here. */
    public static Optional<Family> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /** The family of a {@code general.architecture}, or empty if it is not computed here. */
    public static Optional<Family> ofGgufArchitecture(String architecture) {
        return Arrays.stream(values())
                .filter(family -> architecture.equals(family.ggufArchitecture))
                .findFirst();
    }

    /** The architectures of GGUF files that are computed here, for messages. */
    public static List<String> ggufArchitectures() {
        List<String> architectures = new ArrayList<>();
        for (Family family : values()) {
            if (family.ggufArchitecture != null) {
                architectures.add(family.ggufArchitecture);
            }
        }
        return architectures;
    }

    /** The names of all families, for messages. */
    public static List<String> modelTypes() {
        return Arrays.stream(values()).map(Family::modelType).toList();
    }
}
