package dev.lorikeet.cli.demo;

import dev.lorikeet.cli.demo.data.DemoExample;
import dev.lorikeet.cli.demo.data.DemoTask;
import dev.lorikeet.cli.demo.data.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * The same held-out questions, asked of base model and adapter.
 *
 * @param task the task
 * @param baseAnswers what the base said, in the order of the held-out examples
 * @param adapterAnswers what the adapter said, in the same order
 * @param base the base's score
 * @param adapter the adapter's score
 */
public record Evaluation(
        DemoTask task, List<String> baseAnswers, List<String> adapterAnswers, Score base, Score adapter) {

    private static final int AT_ONCE = 16;

    /** Answers one question; called from several threads. */
    @FunctionalInterface
    public interface Model {

        /**
         * Answers.
         *
         * @param name empty for the base model, else {@code adapter@version}
         * @param question what is asked
         */
        String answer(String name, DemoExample question);
    }

    /** Copies. */
    public Evaluation {
        baseAnswers = List.copyOf(baseAnswers);
        adapterAnswers = List.copyOf(adapterAnswers);
    }

    /**
     * Asks everything, {@value #AT_ONCE} questions at once, base and adapter mixed, so that they share batches.
     *
     * @param task the task
     * @param adapter {@code adapter@version}
     * @param model answers
     */
    public static Evaluation of(DemoTask task, String adapter, Model model) throws InterruptedException {
        Semaphore room = new Semaphore(AT_ONCE);
        List<Future<String>> base = new ArrayList<>();
        List<Future<String>> adapted = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (DemoExample question : task.heldOut()) {
                base.add(threads.submit(() -> ask(room, model, "", question)));
                adapted.add(threads.submit(() -> ask(room, model, adapter, question)));
            }
            List<String> baseAnswers = collect(base);
            List<String> adapterAnswers = collect(adapted);
            return new Evaluation(
                    task,
                    baseAnswers,
                    adapterAnswers,
                    Score.of(task, task.heldOut(), baseAnswers),
                    Score.of(task, task.heldOut(), adapterAnswers));
        }
    }

    private static String ask(Semaphore room, Model model, String name, DemoExample question)
            throws InterruptedException {
        room.acquire();
        try {
            return model.answer(name, question);
        } finally {
            room.release();
        }
    }

    private static List<String> collect(List<Future<String>> answers) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        for (Future<String> answer : answers) {
            try {
                texts.add(answer.get());
            } catch (ExecutionException failure) {
                if (failure.getCause() instanceof RuntimeException reason) {
                    throw reason;
                }
                throw new IllegalStateException("a question was not answered", failure);
            }
        }
        return texts;
    }

    /** Whether the adapter clearly beats the base. */
    public boolean convincing() {
        return adapter.clearlyBeats(base);
    }
}
