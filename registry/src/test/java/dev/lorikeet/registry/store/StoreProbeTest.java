package dev.lorikeet.registry.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.memory.InMemoryObjectStore;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class StoreProbeTest {
    @Test
    void aStoreThatIgnoresTheConditionIsRefused() {
        assertThatThrownBy(() -> StoreProbe.check(new OverwritingStore(false), UUID.randomUUID()))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("conditional writes");
    }

    @Test
    void aStoreThatKeepsALosersBytesIsRefused() {
        assertThatThrownBy(() -> StoreProbe.check(new OverwritingStore(true), UUID.randomUUID()))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("keeps the bytes of writer");
    }

    /** Overwrites what it should leave alone; as a quiet one it says that it had not. */
    private static final class OverwritingStore implements ObjectStore {
        private final InMemoryObjectStore store = new InMemoryObjectStore();
        private final boolean quiet;

        OverwritingStore(boolean quiet) {
            this.quiet = quiet;
        }

        @Override
        public synchronized boolean putIfAbsent(String key, byte[] content) {
            boolean created = store.putIfAbsent(key, content);
            if (!created) {
                store.damage(key, content);
            }
            return created || !quiet;
        }

        @Override
        public boolean putIfAbsent(String key, Path file) {
            return store.putIfAbsent(key, file);
        }

        @Override
        public byte[] get(String key) {
            return store.get(key);
        }

        @Override
        public InputStream openStream(String key) {
            return store.openStream(key);
        }

        @Override
        public OptionalLong size(String key) {
            return store.size(key);
        }

        @Override
        public Page list(String prefix, String after, int limit) {
            return store.list(prefix, after, limit);
        }

        @Override
        public Page folders(String prefix, String after, int limit) {
            return store.folders(prefix, after, limit);
        }

        @Override
        public void delete(String key) {
            store.delete(key);
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
