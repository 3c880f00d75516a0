package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What this platform offers and allows.
 *
 * @param defaultBaseModel the base model of requests that name none
 * @param baseModels all that are offered, the default among them
 * @param bucket the bucket of dataset addresses written in full
 * @param maxInlineBytes largest inline dataset, in UTF-8 bytes, a line break for each line
 */
public record Limits(String defaultBaseModel, SortedSet<String> baseModels, String bucket, int maxInlineBytes) {
    public Limits {
        requireNonNull(bucket, "bucket");
        if (defaultBaseModel.isBlank()) {
            throw new IllegalArgumentException("the default base model has no name");
        }
        if (maxInlineBytes < 1) {
            throw new IllegalArgumentException("maxInlineBytes must be positive: " + maxInlineBytes);
        }
        SortedSet<String> all = new TreeSet<>(baseModels);
        all.add(defaultBaseModel);
        baseModels = java.util.Collections.unmodifiableSortedSet(all);
    }
}
