package dev.lorikeet.registry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every object store must do; each test works below a prefix of its own. */
public abstract class ObjectStoreContract {
    private final String prefix = "contract/" + UUID.randomUUID() + "/";

    @TempDir
    protected Path folder;

    /** The store under test. */
    protected abstract ObjectStore store();

    @Test
    void whatWasPutIsReadBack() throws Exception {
        byte[] content = bytes("some bytes");

        assertThat(store().putIfAbsent(prefix + "a", content)).isTrue();

        assertThat(store().get(prefix + "a")).isEqualTo(content);
        assertThat(store().size(prefix + "a")).isEqualTo(OptionalLong.of(content.length));
        try (InputStream stream = store().openStream(prefix + "a")) {
            assertThat(stream.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void aFileIsStoredWhole() throws Exception {
        byte[] content = new byte[7 * 1024 * 1024 + 13];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 ^ i >> 8);
        }
        Path file = Files.write(folder.resolve("large"), content);

        assertThat(store().putIfAbsent(prefix + "large", file)).isTrue();
        assertThat(store().putIfAbsent(prefix + "large", file)).isFalse();

        assertThat(store().get(prefix + "large")).isEqualTo(content);
    }

    @Test
    void anEmptyObjectIsAnObject() {
        assertThat(store().putIfAbsent(prefix + "empty", new byte[0])).isTrue();

        assertThat(store().get(prefix + "empty")).isEmpty();
        assertThat(store().size(prefix + "empty")).isEqualTo(OptionalLong.of(0));
    }

    @Test
    void aTakenKeyKeepsItsContent() {
        store().putIfAbsent(prefix + "a", bytes("first"));

        assertThat(store().putIfAbsent(prefix + "a", bytes("second"))).isFalse();
        assertThat(store().putIfAbsent(prefix + "a", bytes("first"))).isFalse();

        assertThat(store().get(prefix + "a")).isEqualTo(bytes("first"));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> store().get(prefix + "none"))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> store().openStream(prefix + "none")).isInstanceOf(NotFound.class);
        assertThat(store().size(prefix + "none")).isEmpty();
    }

    @Test
    void aDeletedKeyIsFreeAgain() {
        store().putIfAbsent(prefix + "a", bytes("first"));
        store().delete(prefix + "a");
        store().delete(prefix + "a");

        assertThat(store().size(prefix + "a")).isEmpty();
        assertThat(store().putIfAbsent(prefix + "a", bytes("second"))).isTrue();
    }

    @Test
    void listingIsOrderedPagedAndKeepsToThePrefix() {
        for (String key : List.of("b/2", "a/1", "a/10", "a/2", "ab/1", "a-b/1")) {
            store().putIfAbsent(prefix + key, bytes(key));
        }

        assertThat(pages("a/", 2)).containsExactly("a/1", "a/10", "a/2");
        assertThat(pages("a", 2)).containsExactly("a-b/1", "a/1", "a/10", "a/2", "ab/1");
        assertThat(pages("", 1000)).hasSize(6);
        assertThat(pages("none/", 2)).isEmpty();
    }

    @Test
    void foldersAreListedOncePagedAndInOrder() {
        for (String key : List.of("r/b/2", "r/a/1", "r/a/x/10", "r/ab/1", "r/a-b/1", "r/file", "s/c/1")) {
            store().putIfAbsent(prefix + key, bytes(key));
        }

        for (int limit : List.of(1, 2, 3, 4, 1000)) {
            List<String> folders = new ArrayList<>();
            Optional<String> after = Optional.of("");
            while (after.isPresent()) {
                ObjectStore.Page page = store().folders(prefix + "r/", after.get(), limit);
                assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
                folders.addAll(page.entries());
                after = page.next();
            }
            assertThat(folders).containsExactly(prefix + "r/a-b/", prefix + "r/a/", prefix + "r/ab/", prefix + "r/b/");
        }
    }

    @Test
    void ofManyWhoCreateAtOnceExactlyOneWins() throws Exception {
        for (int round = 0; round < 10; round++) {
            String key = prefix + "race-" + round;
            List<Callable<Boolean>> writers = new ArrayList<>();
            for (int writer = 0; writer < 16; writer++) {
                byte[] content = bytes("writer " + writer);
                writers.add(() -> store().putIfAbsent(key, content));
            }

            List<Boolean> outcomes = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Boolean> outcome : threads.invokeAll(writers)) {
                    outcomes.add(outcome.get());
                }
            }

            assertThat(outcomes).containsOnlyOnce(true);
            assertThat(store().get(key)).isEqualTo(bytes("writer " + outcomes.indexOf(true)));
        }
    }

    @Test
    void theProbeAcceptsItAndLeavesNothingBehind() {
        UUID run = UUID.randomUUID();

        assertThatCode(() -> StoreProbe.check(store(), run)).doesNotThrowAnyException();

        assertThat(Listing.all(store(), ".probe/" + run)).isEmpty();
    }

    private List<String> pages(String below, int limit) {
        List<String> keys = new ArrayList<>();
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            ObjectStore.Page page = store().list(prefix + below, after.get(), limit);
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
            page.entries().forEach(key -> keys.add(key.substring(prefix.length())));
            after = page.next();
        }
        return keys;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
