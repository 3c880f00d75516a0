package dev.lorikeet.registry.memory;

import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects in this process's memory, gone with it. Held to the same contract as a real store. */
public final class InMemoryObjectStore implements ObjectStore {
    private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return objects.putIfAbsent(key, content.clone()) == null;
    }

    @Override
    public boolean putIfAbsent(String key, Path file) {
        try {
            return objects.putIfAbsent(key, Files.readAllBytes(file)) == null;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    @Override
    public byte[] get(String key) {
        byte[] content = objects.get(key);
        if (content == null) {
            throw new NotFound("No object " + key);
        }
        return content.clone();
    }

    @Override
    public InputStream openStream(String key) {
        return new ByteArrayInputStream(get(key));
    }

    @Override
    public OptionalLong size(String key) {
        byte[] content = objects.get(key);
        return content == null ? OptionalLong.empty() : OptionalLong.of(content.length);
    }

    @Override
    public Page list(String prefix, String after, int limit) {
        List<String> keys = new ArrayList<>();
        for (String key : objects.tailMap(later(prefix, after), true).keySet()) {
            if (!key.startsWith(prefix)) {
                break;
            }
            if (key.equals(after)) {
                continue;
            }
            if (keys.size() == limit) {
                return new Page(keys, Optional.of(keys.getLast()));
            }
            keys.add(key);
        }
        return new Page(keys, Optional.empty());
    }

    @Override
    public Page folders(String prefix, String after, int limit) {
        List<String> folders = new ArrayList<>();
        String last = after;
        for (String key : objects.tailMap(later(prefix, after), true).keySet()) {
            if (!key.startsWith(prefix)) {
                break;
            }
            int end = key.indexOf('/', prefix.length());
            if (end < 0 || (!last.isEmpty() && key.startsWith(last))) {
                continue;
            }
            if (folders.size() == limit) {
                return new Page(folders, Optional.of(last));
            }
            last = key.substring(0, end + 1);
            folders.add(last);
        }
        return new Page(folders, Optional.empty());
    }

    @Override
    public void delete(String key) {
        objects.remove(key);
    }

    /** Puts bytes in place of an object's own, as a failing disk would: for tests of what notices. */
    public void damage(String key, byte[] content) {
        if (objects.replace(key, content.clone()) == null) {
            throw new NotFound("No object " + key);
        }
    }

    @Override
    public void close() {
        // Nothing to end.
    }

    private static String later(String one, String other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
