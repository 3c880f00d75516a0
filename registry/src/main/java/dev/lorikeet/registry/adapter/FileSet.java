package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.FileContent;
import dev.lorikeet.registry.store.Invalid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files that belong together, by name; not empty.
 *
 * @param files names without folders: up to 128 of {@code A-Z a-z 0-9 . _ -}, not starting with a dot, and not
 *     {@code manifest.json}
 */
public record FileSet(SortedMap<String, FileContent> files) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    /** Checks the names and copies. */
    public FileSet {
        if (files.isEmpty()) {
            throw new Invalid("There are no files to store");
        }
        for (String name : files.keySet()) {
            if (!storable(name)) {
                throw new Invalid("File name '" + name + "' cannot be stored");
            }
        }
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** Files in memory. */
    public static FileSet of(Map<String, byte[]> files) {
        SortedMap<String, FileContent> contents = new TreeMap<>();
        files.forEach((name, bytes) -> contents.put(name, FileContent.of(bytes)));
        return new FileSet(contents);
    }

    /**
     * All files of a folder, which has no folders within.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public static FileSet ofFolder(Path folder) {
        List<Path> paths;
        try (Stream<Path> list = Files.list(folder)) {
            paths = list.toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read folder " + folder, e);
        }
        SortedMap<String, FileContent> contents = new TreeMap<>();
        for (Path path : paths) {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new Invalid("Folder " + folder + " holds something that is no plain file: " + path.getFileName());
            }
            contents.put(path.getFileName().toString(), FileContent.of(path));
        }
        return new FileSet(contents);
    }

    /** Whether a name cannot leave a folder or be taken for the manifest. */
    static boolean storable(String name) {
        return NAME.matcher(name).matches() && !name.equals(Manifest.FILE_NAME);
    }

    /** The manifest of these files. */
    public Manifest manifest(BaseModelRef baseModel, String kind, String method, long parameters) {
        List<ManifestFile> entries = files.entrySet().stream()
                .map(e -> new ManifestFile(
                        e.getKey(), e.getValue().size(), e.getValue().sha256()))
                .toList();
        return new Manifest(Manifest.revisionOf(entries), entries, baseModel, kind, method, parameters);
    }
}
