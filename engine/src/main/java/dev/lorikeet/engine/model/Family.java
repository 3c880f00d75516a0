package dev.lorikeet.engine.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A family of base models that this engine computes: what its files call it. A new family is a new constant here, a
 * {@link Blueprint}, and its reading in {@link ModelConfigReader}.
 */
public enum Family {
    LLAMA("llama", "llama");

    private final String modelType;
    private final String ggufArchitecture;

    Family(String modelType, String ggufArchitecture) {
        this.modelType = modelType;
        this.ggufArchitecture = ggufArchitecture;
    }

    /** {@code model_type} in a Hugging Face config.json. */
    public String modelType() {
        return modelType;
    }

    /** {@code general.architecture} in a GGUF file, which also prefixes its keys. */
    public String ggufArchitecture() {
        return ggufArchitecture;
    }

    /** What its blocks are made of. */
    public Blueprint blueprint() {
        return switch (this) {
            case LLAMA -> Blueprint.LLAMA;
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
                .filter(family -> family.ggufArchitecture.equals(architecture))
                .findFirst();
    }

    /** The names of all families, for messages. */
    public static List<String> modelTypes() {
        return Arrays.stream(values()).map(Family::modelType).toList();
    }
}
