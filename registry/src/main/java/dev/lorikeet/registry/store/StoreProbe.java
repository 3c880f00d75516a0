package dev.lorikeet.registry.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Proves at start-up that a store honours create-if-absent under concurrency, on which versions, aliases and therefore
 * "exactly one published version" rest. A store without it is refused before it can do harm.
 */
public final class StoreProbe {
    private static final int WRITERS = 8;
    private static final int ROUNDS = 3;

    private StoreProbe() {}

    /**
     * Lets several writers create the same key at once, a few times over, and cleans up.
     *
     * @param run names the probe's objects, {@code .probe/<run>/...}: unique for each call
     * @throws StoreRefused if a round has another number of winners than one, or the store returns a loser's bytes
     * @throws StoreUnavailable if the store does not answer
     */
    public static void check(ObjectStore store, UUID run) {
        for (int round = 0; round < ROUNDS; round++) {
            String key = ".probe/" + run + "/" + round;
            try {
                checkRound(store, key);
            } finally {
                store.delete(key);
            }
        }
    }

    private static void checkRound(ObjectStore store, String key) {
        List<Integer> winners = race(store, key);
        if (winners.size() != 1) {
            throw new StoreRefused(
                    "The object store does not honour conditional writes: of " + WRITERS
                            + " writers that created one key at once with 'If-None-Match: *', " + winners.size()
                            + " were told that they had. Use a store that supports conditional writes",
                    null);
        }
        String stored = new String(store.get(key), StandardCharsets.UTF_8);
        if (!stored.equals(winners.getFirst().toString())) {
            throw new StoreRefused(
                    "The object store does not honour conditional writes: it keeps the bytes of writer " + stored
                            + " although writer " + winners.getFirst() + " was told that it had created the key",
                    null);
        }
        if (store.putIfAbsent(key, "late".getBytes(StandardCharsets.UTF_8))) {
            throw new StoreRefused(
                    "The object store does not honour conditional writes: a key that exists was created again", null);
        }
    }

    private static List<Integer> race(ObjectStore store, String key) {
        CountDownLatch start = new CountDownLatch(1);
        List<Integer> winners = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> outcomes = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                byte[] content = Integer.toString(writer).getBytes(StandardCharsets.UTF_8);
                outcomes.add(threads.submit(() -> {
                    start.await();
                    return store.putIfAbsent(key, content);
                }));
            }
            start.countDown();
            for (int writer = 0; writer < WRITERS; writer++) {
                if (outcomes.get(writer).get()) {
                    winners.add(writer);
                }
            }
            return winners;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RegistryException cause) {
                throw cause;
            }
            throw new IllegalStateException("Probing the object store failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("Interrupted while probing the object store", e);
        }
    }
}
