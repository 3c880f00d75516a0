package dev.lorikeet.serving.batching;

import java.util.List;

/**
 * What the next step does, in this order.
 *
 * @param expired requests whose deadline has passed: forgotten by the planner, to be ended by the caller
 * @param admitted requests that leave the queue: to be given a slot before they are fed
 * @param feeds the rows of the step: decoding rows first, then chunks of prompts; empty if there is nothing to do
 */
public record StepPlan(List<Long> expired, List<Long> admitted, List<Feed> feeds) {
    public StepPlan {
        expired = List.copyOf(expired);
        admitted = List.copyOf(admitted);
        feeds = List.copyOf(feeds);
    }
}
