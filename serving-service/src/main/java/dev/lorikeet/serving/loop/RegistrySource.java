package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.weights.MalformedFileException;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Brings adapters from the registry, every digest checked, onto the base model's device. */
final class RegistrySource implements AdapterSource {
    private final Adapters adapters;
    private final BaseModel base;
    private final Path scratch;

    /** Files pass through {@code scratch} and do not stay there. */
    RegistrySource(Adapters adapters, BaseModel base, Path scratch) {
        this.adapters = adapters;
        this.base = base;
        this.scratch = scratch;
    }

    @Override
    public Loaded load(RevisionRef revision) {
        Path folder = newFolder();
        try {
            Path files = folder.resolve("adapter");
            adapters.download(revision.tenant(), revision.adapter(), revision.revision(), files);
            return attach(StoredAdapter.read(files, base.config()));
        } catch (RegistryException e) {
            throw RegistryRejections.of(e);
        } catch (InvalidAdapterException | UnsupportedAdapterException | MalformedFileException e) {
            throw new RejectedException(
                    Rejection.of(Code.FAILED_PRECONDITION, "the adapter cannot be served: " + e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("revision " + revision.revision() + " could not be read", e);
        } finally {
            delete(folder);
        }
    }

    private Loaded attach(StoredAdapter adapter) {
        try {
            return new Attached(base.attach(adapter));
        } catch (IllegalArgumentException e) {
            throw new RejectedException(
                    Rejection.of(Code.FAILED_PRECONDITION, "the adapter does not fit the model: " + e.getMessage()), e);
        }
    }

    private Path newFolder() {
        try {
            Files.createDirectories(scratch);
            return Files.createTempDirectory(scratch, "load-");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder to load adapters in: " + scratch, e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not clear " + folder, e);
        }
    }

    private record Attached(ResidentAdapter adapter) implements Loaded {
        @Override
        public long bytes() {
            return adapter.bytes();
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
