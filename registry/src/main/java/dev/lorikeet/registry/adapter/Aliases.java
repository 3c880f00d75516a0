package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.Conflict;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.Invalid;
import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.tenancy.AliasName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An adapter's aliases: a series of generations each, created once; the highest is in force. */
final class Aliases {
    private static final Pattern FILE = Pattern.compile("([a-z0-9-]{1,63})/([1-9][0-9]{0,17})\\.json");

    private static final int MAX_TARGETS = 16;
    private static final int MAX_WEIGHT = 1_000_000;

    private final ObjectStore store;
    private final Documents documents;

    Aliases(ObjectStore store, Documents documents) {
        this.store = store;
        this.documents = documents;
    }

    /** Aliases in force, by name. */
    List<Alias> inForce(AdapterKeys keys) {
        SortedMap<String, Long> newest = generations(keys, keys.aliases());
        return newest.entrySet().stream()
                .map((Map.Entry<String, Long> e) -> read(keys, new AliasName(e.getKey()), e.getValue()))
                .filter(alias -> !alias.targets().isEmpty())
                .toList();
    }

    /** An alias that is in force. */
    Optional<Alias> inForce(AdapterKeys keys, AliasName name) {
        return newest(keys, name).filter(alias -> !alias.targets().isEmpty());
    }

    /** An alias's highest generation, removed or not. */
    private Optional<Alias> newest(AdapterKeys keys, AliasName name) {
        Long generation = generations(keys, keys.aliases() + name + "/").get(name.value());
        return generation == null ? Optional.empty() : Optional.of(read(keys, name, generation));
    }

    private SortedMap<String, Long> generations(AdapterKeys keys, String prefix) {
        SortedMap<String, Long> newest = new TreeMap<>();
        for (String key : Listing.all(store, prefix)) {
            Matcher matcher = FILE.matcher(key.substring(keys.aliases().length()));
            if (matcher.matches()) {
                newest.merge(matcher.group(1), Long.valueOf(matcher.group(2)), Math::max);
            }
        }
        return newest;
    }

    private Alias read(AdapterKeys keys, AliasName name, long generation) {
        String key = keys.alias(name, generation);
        Alias alias;
        try {
            alias = documents.readAlias(store.get(key));
        } catch (IllegalArgumentException e) {
            throw new Corrupt(key, String.valueOf(e.getMessage()));
        }
        if (!alias.name().equals(name) || alias.generation() != generation) {
            throw new Corrupt(key, "is alias " + alias.name() + ", generation " + alias.generation());
        }
        return alias;
    }

    /**
     * Gives an alias its next generation.
     *
     * @param expected the generation that must be in force; empty if any will do
     * @throws Conflict if another is in force, or someone else was quicker
     */
    Alias set(AdapterKeys keys, AliasName name, List<AliasTarget> targets, OptionalLong expected, Instant now) {
        while (true) {
            long current = newest(keys, name).map(Alias::generation).orElse(0L);
            if (expected.isPresent() && expected.getAsLong() != current) {
                throw new Conflict("Alias " + name + " of adapter " + keys + " is at generation " + current
                        + ", not at the expected " + expected.getAsLong());
            }
            Alias alias = new Alias(name, current + 1, targets, now);
            if (store.putIfAbsent(keys.alias(name, alias.generation()), documents.write(alias))) {
                return alias;
            }
        }
    }

    /** Refuses targets that make no sense, whatever versions there are. */
    static void checkTargets(List<AliasTarget> targets) {
        if (targets.isEmpty() || targets.size() > MAX_TARGETS) {
            throw new Invalid("An alias has 1 to " + MAX_TARGETS + " targets, not " + targets.size());
        }
        if (targets.stream().map(AliasTarget::version).distinct().count() != targets.size()) {
            throw new Invalid("An alias names each version once");
        }
        for (AliasTarget target : targets) {
            if (target.weight() < 1 || target.weight() > MAX_WEIGHT) {
                throw new Invalid("A target's weight is 1 to " + MAX_WEIGHT + ", not " + target.weight());
            }
        }
    }
}
