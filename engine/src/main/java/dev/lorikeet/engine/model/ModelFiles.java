package dev.lorikeet.engine.model;

import dev.lorikeet.engine.text.ChatTemplate;
import dev.lorikeet.engine.text.GgufTokenizer;
import dev.lorikeet.engine.text.Tokenizer;
import dev.lorikeet.engine.weights.GgufFile;
import dev.lorikeet.engine.weights.MalformedFileException;
import dev.lorikeet.engine.weights.Safetensors;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A base model's files, opened: configuration, weights under Hugging Face names, tokenizer, chat template. Closing
 * unmaps the weights and frees the tokenizer.
 */
public final class ModelFiles implements AutoCloseable {
    private final Path path;
    private final ModelConfig config;
    private final TensorStore weights;
    private final Tokenizer tokenizer;
    private final ChatTemplate chatTemplate;
    private final List<Path> digested;

    private ModelFiles(
            Path path,
            ModelConfig config,
            TensorStore weights,
            Tokenizer tokenizer,
            ChatTemplate chatTemplate,
            List<Path> digested) {
        this.path = path;
        this.config = config;
        this.weights = weights;
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.digested = List.copyOf(digested);
    }

    /**
     * Opens a Hugging Face model folder or a GGUF file.
     *
     * @throws UnsupportedModelException if its family or one of its settings is not computed here
     * @throws MalformedFileException if a file is missing, truncated or not what it says
     */
    public static ModelFiles open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return openFolder(path);
        }
        if (!Files.exists(path)) {
            throw new MalformedFileException(path, "there is no such model folder or GGUF file");
        }
        return openGguf(path);
    }

    private static ModelFiles openGguf(Path path) throws IOException {
        var file = GgufFile.open(path);
        try {
            return new ModelFiles(
                    path,
                    GgufModel.config(file),
                    file,
                    GgufTokenizer.of(file.metadata()),
                    GgufModel.chatTemplate(file),
                    List.of(path));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static ModelFiles openFolder(Path folder) throws IOException {
        var config = ModelConfigReader.readFolder(folder);
        var weights = Safetensors.openFolder(folder);
        try {
            var tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"));
            var digested = new ArrayList<Path>();
            digested.add(folder.resolve("config.json"));
            digested.addAll(Safetensors.files(folder));
            return new ModelFiles(
                    folder,
                    config,
                    NamedTensors.of(weights, config),
                    tokenizer,
                    ChatTemplateReader.readFolder(folder),
                    digested);
        } catch (IOException | RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** The folder or GGUF file. */
    public Path path() {
        return path;
    }

    public ModelConfig config() {
        return config;
    }

    /** Tensors under the reference implementation's names, every matrix (out, in). */
    public TensorStore weights() {
        return weights;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The template, or one that is not {@link ChatTemplate#defined()}. */
    public ChatTemplate chatTemplate() {
        return chatTemplate;
    }

    /**
     * SHA-256 over the configuration's and the weights' bytes, in hexadecimal: the same model has the same digest on
     * every machine. Kept beside the model once computed, until a file's size or time changes.
     */
    public String digest() {
        return ModelDigest.of(path, digested);
    }

    /** Frees everything; the weights' segments refuse access from then on. */
    @Override
    public void close() {
        weights.close();
        tokenizer.close();
    }
}
