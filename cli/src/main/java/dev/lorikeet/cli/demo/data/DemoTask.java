package dev.lorikeet.cli.demo.data;

import java.util.List;
import java.util.Map;

/** A tenant's task whose success is counted by code. Examples are the same on every machine. */
public interface DemoTask {

    /**
     * How it is trained: small enough for two CPU cores, tuned on SmolLM2-135M-Instruct.
     *
     * @param rank of the LoRA factors, on all linear projections
     * @param steps optimizer steps
     * @param batchSize examples a step
     * @param learningRate peak, after warm-up; falls on a cosine
     */
    record Recipe(int rank, int steps, int batchSize, double learningRate) {}

    /**
     * What a task is, but for how it is judged.
     *
     * @param tenant whose task it is
     * @param adapter name of the adapter that learns it
     * @param title what it is, in a few words
     * @param recipe how it is trained
     * @param training the examples to train on
     * @param heldOut the examples to judge by: none of them is among those trained on
     */
    record Plan(
            String tenant,
            String adapter,
            String title,
            Recipe recipe,
            List<DemoExample> training,
            List<DemoExample> heldOut) {
        /** Copies the lists. */
        public Plan {
            training = List.copyOf(training);
            heldOut = List.copyOf(heldOut);
        }
    }

    /** What it is. */
    Plan plan();

    /** The tenant whose task it is. */
    default String tenant() {
        return plan().tenant();
    }

    /** Name of the adapter that learns it. */
    default String adapter() {
        return plan().adapter();
    }

    /** What it is, in a few words. */
    default String title() {
        return plan().title();
    }

    /** How it is trained. */
    default Recipe recipe() {
        return plan().recipe();
    }

    /** The examples to train on. */
    default List<DemoExample> training() {
        return plan().training();
    }

    /** The examples to judge by: none of them is among those trained on. */
    default List<DemoExample> heldOut() {
        return plan().heldOut();
    }

    /**
     * Judges one answer.
     *
     * @param example the held-out example
     * @param answer what a model answered to it
     * @return whether each criterion is met, by the criterion's name; the last criterion is success as a whole
     */
    Map<String, Boolean> judge(DemoExample example, String answer);
}
