package dev.lorikeet.registry.adapter;

import java.util.Map;

/**
 * A revision in memory, every digest checked.
 *
 * @param manifest what it consists of
 * @param files the files' bytes by name
 */
public record LoadedRevision(Manifest manifest, Map<String, byte[]> files) {
    /** Copies the map. */
    public LoadedRevision {
        files = Map.copyOf(files);
    }
}
