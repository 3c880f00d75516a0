package dev.lorikeet.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.engine.model.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The folder that keeps pulled base models: a folder for each, and in it a record ({@code lorikeet-model.json}) of where
 * it came from and of every file's checksum. A folder with a record is complete; unfinished transfers are elsewhere.
 */
public final class ModelStore {
    static final String RECORD = "lorikeet-model.json";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path root;

    public ModelStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The user's store: LORIKEET_MODELS, else lorikeet/models in XDG_CACHE_HOME, else in ~/.cache. */
    public static ModelStore ofUser() {
        return of(System.getenv());
    }

    static ModelStore of(Map<String, String> environment) {
        var own = environment.getOrDefault("LORIKEET_MODELS", "");
        if (!own.isBlank()) {
            return new ModelStore(Path.of(own));
        }
        var cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        var home = environment.getOrDefault("HOME", System.getProperty("user.home", "."));
        return new ModelStore((cache.isBlank() ? Path.of(home, ".cache") : Path.of(cache)).resolve("lorikeet/models"));
    }

    /** The folder of all models. */
    public Path root() {
        return root;
    }

    /**
     * A model that is here already, by short name, hub id or path; empty if it must be pulled first.
     *
     * @throws CommandFailure if that is no name of a model at all
     */
    public Optional<StoredModel> find(String model) {
        return switch (ModelReference.parse(model)) {
            case ModelReference.Local(var path) ->
                Optional.of(new StoredModel(nameOf(path), path, "local path", List.of()));
            case ModelReference.Hub hub -> read(folder(hub.name()));
        };
    }

    private static String nameOf(Path path) {
        var name = path.getFileName() == null ? "model" : path.getFileName().toString();
        return name.replaceFirst("(?i)\\.gguf$", "").toLowerCase(Locale.ROOT);
    }

    /** All complete models of the store, by name. */
    public List<StoredModel> list() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (var folders = Files.list(root)) {
            return folders.sorted().map(this::read).flatMap(Optional::stream).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a model of this name is or will be. */
    Path folder(String name) {
        return root.resolve(name.replace("/", "--"));
    }

    /** Where an unfinished transfer is kept, so that the next one goes on. */
    Path partial(String name, String revision) {
        return root.resolve(".partial").resolve(name.replace("/", "--")).resolve(revision);
    }

    private Optional<StoredModel> read(Path folder) {
        var record = folder.resolve(RECORD);
        if (!Files.isRegularFile(record)) {
            return Optional.empty();
        }
        try {
            var node = MAPPER.readTree(record.toFile());
            var files = new ArrayList<StoredModel.StoredFile>();
            for (JsonNode file : node.path("files")) {
                files.add(new StoredModel.StoredFile(
                        file.path("name").asText(),
                        file.path("bytes").asLong(),
                        file.path("sha256").asText()));
            }
            var gguf = files.size() == 1 && files.getFirst().name().endsWith(".gguf");
            var path = gguf ? folder.resolve(files.getFirst().name()) : folder;
            return Optional.of(new StoredModel(
                    node.path("name").asText(), path, node.path("source").asText(), files));
        } catch (JsonProcessingException damaged) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + record, e);
        }
    }

    /** Writes the record that makes a folder of downloaded files a model; the last thing before it takes its place. */
    static void writeRecord(Path folder, String name, String source, List<StoredModel.StoredFile> files)
            throws IOException {
        var node = MAPPER.createObjectNode().put("name", name).put("source", source);
        var list = node.putArray("files");
        for (var file : files) {
            list.addObject().put("name", file.name()).put("bytes", file.bytes()).put("sha256", file.sha256());
        }
        MAPPER.writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve(RECORD).toFile(), node);
    }

    /**
     * Lets a model pass that continues texts.
     *
     * @param purpose who needs it, for the message: {@code the demo}
     * @throws CommandFailure if it is an encoder, or its files cannot be read
     */
    public static void requireGenerator(String name, Path path, String purpose) {
        try (var files = ModelFiles.open(path)) {
            if (files.config().blueprint().encoder()) {
                throw new CommandFailure(name + " is a "
                        + files.config().family().modelType() + ", an encoder: " + purpose
                        + " needs a model that continues texts.");
            }
        } catch (IOException e) {
            throw new CommandFailure("This engine cannot run the model " + name + ": " + e.getMessage(), e);
        }
    }

    /** What is wrong with a stored model's files, by their recorded sizes and checksums; empty if nothing. */
    public static List<String> damage(StoredModel model) {
        var damage = new ArrayList<String>();
        var folder =
                Files.isDirectory(model.path()) ? model.path() : model.path().resolveSibling("");
        for (var file : model.files()) {
            var path = folder.resolve(file.name());
            try {
                if (!Files.exists(path)) {
                    damage.add(file.name() + " is missing");
                } else if (Files.size(path) != file.bytes()) {
                    damage.add(file.name() + " has " + Files.size(path) + " bytes instead of " + file.bytes());
                } else if (!Checksums.sha256(path).equals(file.sha256())) {
                    damage.add(file.name() + " is not what was pulled: its checksum differs");
                }
            } catch (IOException e) {
                damage.add(file.name() + " cannot be read: " + e.getMessage());
            }
        }
        return damage;
    }
}
