package dev.lorikeet.engine.weights;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one mapped file, by name: what all formats do alike.
 *
 * @param <T> where a tensor is in the file
 */
abstract class MappedTensors<T> implements TensorStore {
    private final Path path;
    private final Arena arena;
    private final Map<String, T> places;
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();

    /**
     * @param arena holds the mapping; closed with this store
     * @param places where each tensor is, in the order of the file, by the name that callers use
     */
    MappedTensors(Path path, Arena arena, SequencedMap<String, T> places) {
        this.path = path;
        this.arena = arena;
        this.places = places;
        places.forEach((name, place) -> infos.put(name, describe(name, place)));
    }

    /** Type and shape of a tensor as callers see it; reads nothing but its arguments. */
    abstract TensorInfo describe(String name, T place);

    /**
     * Where a tensor is.
     *
     * @throws IllegalArgumentException if no tensor has this name
     */
    final T place(String name) {
        @Nullable T place = places.get(name);
        if (place == null) {
            throw unknown(name);
        }
        return place;
    }

    private IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(path + " has no tensor '" + name + "'");
    }

    public final Path path() {
        return path;
    }

    @Override
    public final Collection<TensorInfo> tensors() {
        return Collections.unmodifiableCollection(infos.values());
    }

    @Override
    public final boolean has(String name) {
        return infos.containsKey(name);
    }

    @Override
    public final TensorInfo info(String name) {
        TensorInfo info = infos.get(name);
        if (info == null) {
            throw unknown(name);
        }
        return info;
    }

    @Override
    public final void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
