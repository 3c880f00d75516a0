package dev.lorikeet.cli.local;

import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.local.platform.LocalSettings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Finds the base model that an option names. */
final class BaseModels {

    private BaseModels() {}

    /**
     * A model on this machine.
     *
     * @param model a path of a folder or GGUF file
     */
    static LocalSettings.BaseModel find(String model) {
        return local(model).orElseThrow(() -> new CommandFailure("There is no model " + model + "."));
    }

    /** A folder or GGUF file that exists, named after itself in lower case. */
    static Optional<LocalSettings.BaseModel> local(String model) {
        Path path;
        try {
            path = Path.of(model);
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        Path file = path.toAbsolutePath().normalize();
        String name = file.getFileName() == null ? "model" : file.getFileName().toString();
        String stem = name.replaceFirst("(?i)\\.gguf$", "").toLowerCase(Locale.ROOT);
        return Optional.of(new LocalSettings.BaseModel(stem, file));
    }
}
