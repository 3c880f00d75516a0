package dev.lorikeet.engine.train;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads of one operator thread each, for work that divides by rows. Two threads that compute half of the rows each
 * never wait for one another at the end of an operator, as two operator threads do.
 *
 * <p>One thread owns it and waits while the lanes work, so no more threads than before are busy.
 */
final class Lanes implements AutoCloseable {
    /** The largest lane may have this much more than an even share; else operator threads divide better. */
    private static final double MOST_UNEVEN = 1.25;

    /** What a lane does, with a number for result. */
    @FunctionalInterface
    interface Task {
        double run();
    }

    /**
     * Neighbouring rows.
     *
     * @param first of them
     * @param count of them, at least 1
     */
    record Rows(int first, int count) {}

    private final int count;
    private final ExecutorService threads;

    /** @param count at most this many lanes; 1 computes on the caller's thread */
    Lanes(int count) {
        this.count = count;
        this.threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().name("training-", 0).daemon().factory());
        if (count > 1) {
            int before = JniUtils.getNumThreads();
            // Each thread has a count of its own, and a new thread takes the process's: so one by one, and then the
            // process's again.
            List<Callable<Boolean>> settings = new ArrayList<>();
            CyclicBarrier all = new CyclicBarrier(count);
            for (int i = 0; i < count; i++) {
                settings.add(() -> {
                    JniUtils.setNumThreads(1);
                    // No thread takes two of these.
                    all.await();
                    return true;
                });
            }
            try {
                for (Future<Boolean> done : threads.invokeAll(settings)) {
                    done.get();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the training threads started", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("the training threads did not start", e);
            } finally {
                JniUtils.setNumThreads(before);
            }
        }
    }

    int count() {
        return count;
    }

    /** Cuts rows into one part a lane, or leaves them whole where that divides badly. */
    List<Rows> split(int rows) {
        int largest = (rows + count - 1) / count;
        if (rows < count || largest * count > MOST_UNEVEN * rows) {
            return List.of(new Rows(0, rows));
        }
        List<Rows> parts = new ArrayList<>();
        int first = 0;
        for (int lane = 0; lane < count; lane++) {
            int own = rows / count + (lane < rows % count ? 1 : 0);
            parts.add(new Rows(first, own));
            first += own;
        }
        return parts;
    }

    /** Runs the tasks at once, one alone on the caller's thread; their results in order. */
    List<Double> run(List<Task> tasks) {
        if (tasks.size() == 1) {
            return List.of(tasks.getFirst().run());
        }
        List<Future<Double>> running = new ArrayList<>();
        for (Task task : tasks) {
            running.add(threads.submit(task::run));
        }
        List<Double> results = new ArrayList<>();
        RuntimeException failure = null;
        boolean interrupted = false;
        for (Future<Double> one : running) {
            // All must have ended before the caller frees what they use.
            while (true) {
                try {
                    results.add(one.get());
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Error error) {
                        throw error;
                    }
                    failure = e.getCause() instanceof RuntimeException cause
                            ? cause
                            : new IllegalStateException("a training thread failed", e);
                    break;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
        return results;
    }

    @Override
    public void close() {
        threads.close();
    }
}
