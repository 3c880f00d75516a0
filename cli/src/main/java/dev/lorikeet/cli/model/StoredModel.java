package dev.lorikeet.cli.model;

import java.nio.file.Path;
import java.util.List;

/**
 * A base model on this machine, complete.
 *
 * @param name what it is called
 * @param path the model folder or GGUF file, as the engine opens it
 * @param source where it came from
 * @param files what was stored, with checksums; empty for a path of the user's own
 */
public record StoredModel(String name, Path path, String source, List<StoredFile> files) {
    public StoredModel {
        files = List.copyOf(files);
    }

    /**
     * One file of a model.
     *
     * @param name inside the model's folder
     * @param bytes its size
     * @param sha256 of its content, in hexadecimal
     */
    public record StoredFile(String name, long bytes, String sha256) {}

    /** Bytes of all files. */
    public long bytes() {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }
}
