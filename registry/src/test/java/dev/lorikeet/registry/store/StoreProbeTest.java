package dev.lorikeet.registry.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.memory.InMemoryObjectStore;
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
    private static final class OverwritingStore extends ForwardingObjectStore {
        private final InMemoryObjectStore store;
        private final boolean quiet;

        OverwritingStore(boolean quiet) {
            this(new InMemoryObjectStore(), quiet);
        }

        private OverwritingStore(InMemoryObjectStore store, boolean quiet) {
            super(store);
            this.store = store;
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
    }
}
