package dev.lorikeet.engine.method.adalora;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ranks and strength of the updates.
 *
 * @param initial triplets a module begins with
 * @param target triplets a module has at the end, on average; at most the initial ones
 * @param alpha strength: updates are multiplied by alpha / (initial + 1e-5), whatever remains of the rank
 * @param pattern of a pruned adapter, by module path: which of the initial triplets its tensors hold; empty for all
 */
public record AdaLoraRanks(int initial, int target, double alpha, Map<String, List<Boolean>> pattern) {
    private static final int LARGEST_RANK = 4096;

    public AdaLoraRanks {
        if (initial < 1 || initial > LARGEST_RANK) {
            throw new IllegalArgumentException("init_r must be 1 to " + LARGEST_RANK + ", not " + initial);
        }
        if (target < 1 || target > initial) {
            throw new IllegalArgumentException("target_r must be 1 to init_r = " + initial + ", not " + target);
        }
        if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("lora_alpha must be a number above 0, not " + alpha);
        }
        Map<String, List<Boolean>> copied = new LinkedHashMap<>();
        for (Map.Entry<String, List<Boolean>> entry : pattern.entrySet()) {
            if (entry.getValue().size() != initial) {
                throw new IllegalArgumentException("rank_pattern of " + entry.getKey() + " has "
                        + entry.getValue().size() + " entries, not init_r = " + initial);
            }
            copied.put(entry.getKey(), Collections.unmodifiableList(new ArrayList<>(entry.getValue())));
        }
        pattern = Collections.unmodifiableMap(copied);
    }

    /** The rank of the module at a path. */
    public int rankOf(String path) {
        List<Boolean> kept = pattern.get(path);
        return kept == null
                ? initial
                : Math.toIntExact(kept.stream().filter(own -> own).count());
    }

    /** What every update is multiplied by, as PEFT computes it. */
    public double scaling() {
        return alpha / (initial + 1e-5);
    }

    /** The same of a pruned adapter. */
    AdaLoraRanks withPattern(Map<String, List<Boolean>> kept) {
        return new AdaLoraRanks(initial, target, alpha, kept);
    }
}
