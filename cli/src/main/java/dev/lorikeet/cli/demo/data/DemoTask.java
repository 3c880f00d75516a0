package dev.lorikeet.cli.demo.data;

import java.util.List;
import java.util.Map;

/** A tenant's task whose success is counted by code. Examples are the same on every machine. */
public interface DemoTask {

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
