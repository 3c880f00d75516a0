package dev.lorikeet.trainer.training;

import dev.lorikeet.trainer.attempt.AttemptKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The trainer's own folder on the local disk. Each attempt has a folder in it, gone when the attempt is; what a former
 * life left is removed at start. An attempt holds at most two checkpoints and an adapter there at a time.
 */
public final class Scratch {
    private static final Logger LOG = Logger.getLogger(Scratch.class);
    private static final String PREFIX = "attempt-";

    private final Path root;

    /** Uses a folder, which is made if it is missing and cleaned of attempts if not. */
    public Scratch(Path root) {
        this.root = root;
        try {
            Files.createDirectories(root);
            try (var left = Files.newDirectoryStream(root, PREFIX + "*")) {
                for (Path each : left) {
                    remove(each);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("scratch folder " + root + " cannot be used", e);
        }
    }

    /** A fresh folder for an attempt. */
    Folder open(AttemptKey key) {
        try {
            return new Folder(Files.createTempDirectory(root, PREFIX + key.job() + "-" + key.number() + "-"));
        } catch (IOException e) {
            throw new UncheckedIOException("no scratch folder for attempt " + key, e);
        }
    }

    /** Removes a folder and all that is in it; a failure is logged, and made good at the next start. */
    static void remove(Path folder) {
        try {
            Files.walkFileTree(folder, new Remover());
        } catch (IOException e) {
            LOG.warnf("scratch folder %s was not removed: %s", folder, e);
        }
    }

    /**
     * One attempt's folder, removed when closed.
     *
     * @param path where
     */
    record Folder(Path path) implements AutoCloseable {
        @Override
        public void close() {
            remove(path);
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
