package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.StoreUnavailable;
import dev.lorikeet.registry.store.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Brings stored files here, each checked against its manifest. */
public final class Folders {
    private Folders() {}

    /**
     * All files in memory.
     *
     * @param key the object's key of a file
     * @throws Corrupt if a file is missing or differs from its manifest
     */
    static Map<String, byte[]> load(ObjectStore store, List<ManifestFile> files, Function<ManifestFile, String> key) {
        Map<String, byte[]> loaded = new HashMap<>();
        for (ManifestFile file : files) {
            try (InputStream stream = open(store, file, key.apply(file))) {
                loaded.put(file.name(), stream.readAllBytes());
            } catch (IOException e) {
                throw new StoreUnavailable("Reading " + key.apply(file) + " broke off", e);
            }
        }
        return loaded;
    }

    /**
     * All files in a folder, which appears only once all are there and checked.
     *
     * @param folder does not exist yet
     * @param key the object's key of a file
     * @throws Corrupt if a file is missing or differs from its manifest
     * @throws UncheckedIOException if the disk fails
     */
    public static void download(
            ObjectStore store, List<ManifestFile> files, Function<ManifestFile, String> key, Path folder) {
        Path parent = folder.toAbsolutePath().getParent();
        try {
            Files.createDirectories(parent);
            Path partial = Files.createTempDirectory(parent, "." + folder.getFileName() + "-");
            try {
                for (ManifestFile file : files) {
                    copy(store, file, key.apply(file), partial.resolve(file.name()));
                }
                Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                remove(partial);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write folder " + folder, e);
        }
    }

    private static void copy(ObjectStore store, ManifestFile file, String key, Path target) throws IOException {
        try (InputStream stream = open(store, file, key)) {
            byte[] buffer = new byte[64 * 1024];
            try (var out = Files.newOutputStream(target)) {
                for (int n = read(stream, buffer, key); n >= 0; n = read(stream, buffer, key)) {
                    out.write(buffer, 0, n);
                }
            }
        }
    }

    /** Tells the store's failures from the disk's. */
    private static int read(InputStream stream, byte[] buffer, String key) {
        try {
            return stream.read(buffer);
        } catch (IOException e) {
            throw new StoreUnavailable("Reading " + key + " broke off", e);
        }
    }

    private static InputStream open(ObjectStore store, ManifestFile file, String key) {
        try {
            return new VerifyingInputStream(store.openStream(key), key, file.size(), file.sha256());
        } catch (NotFound e) {
            throw new Corrupt(key, "is missing although its manifest lists it");
        }
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
