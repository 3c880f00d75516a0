package dev.lorikeet.trainer.kafka;

import java.util.List;

/**
 * What a trainer has to offer.
 *
 * @param slots attempts that it runs at once
 * @param baseModels names of the base models that it can train over
 * @param device {@code cpu} or {@code cuda:<n>}
 * @param memoryBytes for training; 0 if unknown
 */
public record Capacity(int slots, List<String> baseModels, String device, long memoryBytes) {
    /** Copies. */
    public Capacity {
        baseModels = List.copyOf(baseModels);
    }
}
