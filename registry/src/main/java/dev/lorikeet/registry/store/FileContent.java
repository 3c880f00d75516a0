package dev.lorikeet.registry.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Bytes to be stored, in memory or on disk, with their digest. Whoever hands them over changes them no more. */
public final class FileContent {
    private final byte @Nullable [] bytes;
    private final @Nullable Path file;
    private final long size;
    private final String sha256;

    private FileContent(byte @Nullable [] bytes, @Nullable Path file, long size, String sha256) {
        this.bytes = bytes;
        this.file = file;
        this.size = size;
        this.sha256 = sha256;
    }

    /** Bytes in memory. */
    public static FileContent of(byte[] bytes) {
        return new FileContent(bytes, null, bytes.length, Sha256.of(bytes));
    }

    /**
     * A file, read once for its digest.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public static FileContent of(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            String sha256 = Sha256.of(stream);
            return new FileContent(null, file, Files.size(file), sha256);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    /** Bytes. */
    public long size() {
        return size;
    }

    /** SHA-256, 64 hexadecimal digits. */
    public String sha256() {
        return sha256;
    }

    /** A stream over the content. */
    public InputStream open() throws IOException {
        if (bytes != null) {
            return new ByteArrayInputStream(bytes);
        }
        if (file != null) {
            return new BufferedInputStream(Files.newInputStream(file));
        }
        throw new IllegalStateException("Content has neither bytes nor a file");
    }

    /**
     * Brings the content into the store and proves by reading back that it is there, whole. An object that is already
     * there with other bytes (the remains of a damaged disk) is replaced once.
     *
     * @throws Corrupt if the store returns other bytes than were given
     */
    public void storeVerified(ObjectStore store, String key) {
        if (!put(store, key) && !intact(store, key)) {
            store.delete(key);
            put(store, key);
        }
        if (!intact(store, key)) {
            throw new Corrupt(key, "differs from what was written");
        }
    }

    private boolean put(ObjectStore store, String key) {
        if (bytes != null) {
            return store.putIfAbsent(key, bytes);
        }
        if (file != null) {
            return store.putIfAbsent(key, file);
        }
        throw new IllegalStateException("Content has neither bytes nor a file");
    }

    private boolean intact(ObjectStore store, String key) {
        try (InputStream stream = new VerifyingInputStream(store.openStream(key), key, size, sha256)) {
            stream.transferTo(java.io.OutputStream.nullOutputStream());
            return true;
        } catch (Corrupt | NotFound e) {
            return false;
        } catch (IOException e) {
            throw new StoreUnavailable("Reading back " + key + " broke off", e);
        }
    }
}
