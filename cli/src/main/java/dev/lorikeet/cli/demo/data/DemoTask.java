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

    /** How it is trained. */
    Recipe recipe();

    /** The tenant whose task it is. */
    String tenant();

    /** Name of the adapter that learns it. */
    String adapter();

    /** What it is, in a few words. */
    String title();

    /** The examples to train on. */
    List<DemoExample> training();

    /** The examples to judge by: none of them is among those trained on. */
    List<DemoExample> heldOut();

    /**
     * Judges one answer.
     *
     * @param example the held-out example
     * @param answer what a model answered to it
     * @return whether each criterion is met, by the criterion's name; the last criterion is success as a whole
     */
    Map<String, Boolean> judge(DemoExample example, String answer);
}
