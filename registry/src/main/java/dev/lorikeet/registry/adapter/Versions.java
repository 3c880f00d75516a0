package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.tenancy.JobId;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An adapter's numbered versions. {@code versions/{n}.json} is created once and stays for ever; a deleted version has a
 * tombstone beside it, so that its number is never used again and its job never published twice.
 */
final class Versions {
    private static final Pattern FILE = Pattern.compile("([1-9][0-9]{0,17})(\\.deleted)?\\.json");

    private final ObjectStore store;
    private final Documents documents;

    Versions(ObjectStore store, Documents documents) {
        this.store = store;
        this.documents = documents;
    }

    /**
     * The numbers that are taken.
     *
     * @param all every number ever given
     * @param live those that are not deleted
     */
    record Numbers(NavigableSet<Long> all, NavigableSet<Long> live) {
        long next() {
            return all.isEmpty() ? 1 : all.last() + 1;
        }
    }

    Numbers numbers(AdapterKeys keys) {
        NavigableSet<Long> all = new TreeSet<>();
        NavigableSet<Long> deleted = new TreeSet<>();
        for (String key : Listing.all(store, keys.versions())) {
            Matcher matcher = FILE.matcher(key.substring(keys.versions().length()));
            if (matcher.matches()) {
                (matcher.group(2) == null ? all : deleted).add(Long.valueOf(matcher.group(1)));
            }
        }
        NavigableSet<Long> live = new TreeSet<>(all);
        live.removeAll(deleted);
        return new Numbers(all, live);
    }

    /** A version whose number is known to exist, deleted or not. */
    Version read(AdapterKeys keys, long number) {
        String key = keys.version(number);
        Version version;
        try {
            version = documents.readVersion(store.get(key));
        } catch (NotFound e) {
            throw new NotFound("Adapter " + keys + " has no version " + number);
        } catch (IllegalArgumentException e) {
            throw new Corrupt(key, String.valueOf(e.getMessage()));
        }
        if (version.number() != number) {
            throw new Corrupt(key, "is version " + version.number());
        }
        return version;
    }

    /** A version that is not deleted. */
    Version live(AdapterKeys keys, long number) {
        if (number < 1 || deleted(keys, number)) {
            throw new NotFound("Adapter " + keys + " has no version " + number);
        }
        return read(keys, number);
    }

    boolean deleted(AdapterKeys keys, long number) {
        return store.size(keys.tombstone(number)).isPresent();
    }

    /** The version that a job made, deleted or not. The newest are looked at first: a retry finds its own soon. */
    Optional<Version> ofJob(AdapterKeys keys, Numbers numbers, JobId job) {
        for (long number : numbers.all().descendingSet()) {
            Version version = read(keys, number);
            if (version.origin().job().equals(job)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /** Live versions, newest first. */
    List<Version> allLive(AdapterKeys keys) {
        return numbers(keys).live().descendingSet().stream()
                .map(number -> read(keys, number))
                .toList();
    }

    Optional<Version> newest(AdapterKeys keys) {
        NavigableSet<Long> live = numbers(keys).live();
        return live.isEmpty() ? Optional.empty() : Optional.of(read(keys, live.last()));
    }

    boolean create(AdapterKeys keys, Version version) {
        return store.putIfAbsent(keys.version(version.number()), documents.write(version));
    }

    void bury(AdapterKeys keys, Version version) {
        store.putIfAbsent(keys.tombstone(version.number()), documents.writeTombstone(version));
    }

    void unbury(AdapterKeys keys, long number) {
        store.delete(keys.tombstone(number));
    }
}
