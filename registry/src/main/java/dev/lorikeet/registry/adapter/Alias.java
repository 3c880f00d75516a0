package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.AliasName;
import java.time.Instant;
import java.util.List;

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

    /** Whether the alias points to this version. */
    public boolean pointsTo(long version) {
        return targets.stream().anyMatch(target -> target.version() == version);
    }
}
