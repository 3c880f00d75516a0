package dev.lorikeet.registry.store;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Objects by key in one bucket. Nothing is ever overwritten: create-if-absent is the only way to write, and it has
 * exactly one winner however many try at once. What was written is seen at once by every reader and every list.
 *
 * <p>Safe for many threads; calls block. Every method throws {@link StoreUnavailable} or {@link StoreRefused} when the
 * store fails.
 */
public interface ObjectStore extends AutoCloseable {
    /**
     * A part of a listing.
     *
     * @param entries keys (or folders, ending with {@code /}), in order of their UTF-8 bytes
     * @param next what to pass as {@code after} for the part behind it; empty if this is the last
     */
    record Page(List<String> entries, Optional<String> next) {
        /** Copies the entries. */
        public Page {
            entries = List.copyOf(entries);
        }
    }

    /** Creates an object; false, and nothing happens, if the key is taken. */
    boolean putIfAbsent(String key, byte[] content);

    /** Creates an object from a file; false, and nothing happens, if the key is taken. */
    boolean putIfAbsent(String key, Path file);

    /**
     * The whole object.
     *
     * @throws NotFound if there is none
     */
    byte[] get(String key);

    /**
     * The object as a stream, to be closed by the caller; reading it throws {@link java.io.IOException} when the
     * connection breaks.
     *
     * @throws NotFound if there is none
     */
    InputStream openStream(String key);

    /** Size of the object in bytes; empty if there is none. */
    OptionalLong size(String key);

    /**
     * Keys below a prefix.
     *
     * @param after only keys behind this one; empty for all
     * @param limit most entries of the page, 1 to 1000
     */
    Page list(String prefix, String after, int limit);

    /**
     * The folders directly below a prefix, each ending with {@code /}; keys that are no folder are left out.
     *
     * @param prefix ends with {@code /}
     * @param after the folder behind which the page starts; empty for the first
     * @param limit most entries of the page, 1 to 1000
     */
    Page folders(String prefix, String after, int limit);

    /** Removes an object; nothing happens if there is none. */
    void delete(String key);

    /** Ends the connections. */
    @Override
    void close();
}
