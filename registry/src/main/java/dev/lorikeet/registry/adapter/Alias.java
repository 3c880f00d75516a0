package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.AliasName;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Where an alias points.
 *
 * @param name its name
 * @param generation from 1, one more at each change; the highest is in force
 * @param targets one: plain; several: a canary, chosen per request by weight; none: removed
 * @param createdAt when it was set
 */
public record Alias(AliasName name, long generation, List<AliasTarget> targets, Instant createdAt) {
    /** Copies the targets. */
    public Alias {
        targets = List.copyOf(targets);
    }

    /**
     * A target's version, with a probability of its weight over the sum of weights.
     *
     * @throws IllegalStateException if the alias has no target
     */
    public long choose(RandomGenerator random) {
        long sum = targets.stream().mapToLong(AliasTarget::weight).sum();
        long point = targets.size() == 1 ? 0 : random.nextLong(sum);
        for (AliasTarget target : targets) {
            point -= target.weight();
            if (point < 0) {
                return target.version();
            }
        }
        throw new IllegalStateException("Alias " + name + " has no target to choose");
    }

    /** Whether the alias points to this version. */
    public boolean pointsTo(long version) {
        return targets.stream().anyMatch(target -> target.version() == version);
    }
}
