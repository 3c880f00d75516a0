package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.Conflict;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.FailedPrecondition;
import dev.lorikeet.registry.store.Invalid;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * The tenants' adapters. The object store is the truth: every call reads it, nothing is remembered here. Callers announce
 * what they changed with {@link #state}.
 *
 * <p>Safe for many threads and many processes: two writers meet in a create-if-absent, which one of them loses. Every
 * method throws a {@link dev.lorikeet.registry.store.RegistryException} of the kind that its text names, or that the
 * store failed.
 */
public final class Adapters {
    private static final AliasName PRODUCTION = new AliasName("production");

    private final ObjectStore store;
    private final Revisions revisions;
    private final Versions versions;
    private final Aliases aliases;

    /** Adapters in a store, their documents written in a given form. */
    public Adapters(ObjectStore store, Documents documents) {
        this.store = store;
        this.revisions = new Revisions(store, documents);
        this.versions = new Versions(store, documents);
        this.aliases = new Aliases(store, documents);
    }

    /**
     * Publishes a job's adapter as the next version, or returns the version that the job already made: a job has one
     * version, however many attempts publish, at once or later, even after the version was deleted.
     *
     * <p>Why no job can get two: a number is created only behind the highest one listed, and numbers have no gaps, so
     * whoever wins number n has read every version below n and found none of its job.
     *
     * @param now when
     * @throws Corrupt if the store returns other bytes than were written
     */
    public Version publish(Publication publication, Instant now) {
        AdapterKeys keys = new AdapterKeys(publication.tenant(), publication.adapter());
        JobId job = publication.origin().job();
        Versions.Numbers numbers = versions.numbers(keys);
        Optional<Version> before = versions.ofJob(keys, numbers, job);
        if (before.isPresent()) {
            return before.get();
        }
        Description description = publication.description();
        Manifest manifest = publication
                .files()
                .manifest(description.baseModel(), description.kind(), description.method(), description.parameters());
        revisions.store(keys, publication.files(), manifest);
        while (true) {
            Version version = new Version(
                    numbers.next(), manifest.revision(), now, publication.origin(), description, manifest.sizeBytes());
            if (versions.create(keys, version)) {
                // The deletion of an older version with the same content may have taken the files away meanwhile.
                if (!revisions.stored(keys, manifest.revision())) {
                    revisions.store(keys, publication.files(), manifest);
                }
                return version;
            }
            numbers = versions.numbers(keys);
            Optional<Version> other = versions.ofJob(keys, numbers, job);
            if (other.isPresent()) {
                return other.get();
            }
        }
    }

    /** The version that a job made, even if it was deleted since. */
    public Optional<Version> versionOfJob(TenantId tenant, AdapterName adapter, JobId job) {
        AdapterKeys keys = new AdapterKeys(tenant, adapter);
        return versions.ofJob(keys, versions.numbers(keys), job);
    }

    /** Versions that are not deleted, newest first; none if there is no such adapter. */
    public List<Version> versions(TenantId tenant, AdapterName adapter) {
        return versions.allLive(new AdapterKeys(tenant, adapter));
    }

    /** The newest version that is not deleted. */
    public Optional<Version> newest(TenantId tenant, AdapterName adapter) {
        return versions.newest(new AdapterKeys(tenant, adapter));
    }

    /**
     * The version that a request means.
     *
     * @param random chooses among a canary's targets by their weights
     * @throws NotFound if there is no such adapter, version or alias
     */
    public Version resolve(TenantId tenant, AdapterName adapter, Selector selector, RandomGenerator random) {
        AdapterKeys keys = new AdapterKeys(tenant, adapter);
        return switch (selector) {
            case Selector.Default() ->
                aliases.inForce(keys, PRODUCTION)
                        .map(alias -> versions.live(keys, alias.choose(random)))
                        .orElseGet(() -> newestOf(keys));
            case Selector.Newest() -> newestOf(keys);
            case Selector.Numbered(long number) -> versions.live(keys, number);
            case Selector.Named(AliasName name) ->
                aliases.inForce(keys, name)
                        .map(alias -> versions.live(keys, alias.choose(random)))
                        .orElseThrow(() -> new NotFound("Adapter " + keys + " has no alias " + name));
        };
    }

    private Version newestOf(AdapterKeys keys) {
        return versions.newest(keys).orElseThrow(() -> new NotFound("There is no adapter " + keys));
    }

    /**
     * A revision's files in memory.
     *
     * @throws NotFound if there is no such revision
     * @throws Corrupt if a file is missing or its digest is wrong
     */
    public LoadedRevision load(TenantId tenant, AdapterName adapter, String revision) {
        return revisions.load(new AdapterKeys(tenant, adapter), checkedRevision(revision));
    }

    /**
     * A revision's files in a folder, which appears once all are there and checked.
     *
     * @param folder does not exist yet
     * @throws NotFound if there is no such revision
     * @throws Corrupt if a file is missing or its digest is wrong
     */
    public Manifest download(TenantId tenant, AdapterName adapter, String revision, Path folder) {
        return revisions.download(new AdapterKeys(tenant, adapter), checkedRevision(revision), folder);
    }

    private static String checkedRevision(String revision) {
        if (!revision.matches("[0-9a-f]{64}")) {
            throw new Invalid("A revision is 64 lower-case hexadecimal digits");
        }
        return revision;
    }

    /** An adapter as it stands, for listing it and for announcing a change. */
    public AdapterState state(TenantId tenant, AdapterName adapter) {
        AdapterKeys keys = new AdapterKeys(tenant, adapter);
        return new AdapterState(tenant, adapter, versions.newest(keys), aliases.inForce(keys));
    }

    /**
     * A page of a tenant's adapters.
     *
     * @param size most adapters, 1 to 1000
     * @param token {@code nextPageToken} of the page before; empty for the first
     * @throws Invalid if the token is none of ours
     */
    public AdapterPage list(TenantId tenant, int size, String token) {
        return AdapterPage.read(store, tenant, size, token, adapter -> state(tenant, adapter));
    }

    /**
     * Points an alias at versions.
     *
     * @param targets 1 to 16, each version once
     * @param expectedGeneration the generation that must be in force (0: none yet); empty if any will do
     * @param now when
     * @throws Invalid if the targets make no sense
     * @throws NotFound if a version does not exist
     * @throws Conflict if another generation is in force
     */
    public Alias setAlias(
            TenantId tenant,
            AdapterName adapter,
            AliasName alias,
            List<AliasTarget> targets,
            OptionalLong expectedGeneration,
            Instant now) {
        AdapterKeys keys = new AdapterKeys(tenant, adapter);
        Aliases.checkTargets(targets);
        targets.forEach(target -> versions.live(keys, target.version()));
        Optional<Alias> before = aliases.inForce(keys, alias);
        Alias set = aliases.set(keys, alias, targets, expectedGeneration, now);
        // A deletion of a target at the same time: either it sees this alias and gives up, or it is seen here.
        for (AliasTarget target : targets) {
            if (versions.deleted(keys, target.version())) {
                aliases.set(
                        keys,
                        alias,
                        before.map(Alias::targets).orElse(List.of()),
                        OptionalLong.of(set.generation()),
                        now);
                throw new NotFound("Adapter " + keys + " has no version " + target.version());
            }
        }
        return set;
    }

    /** Takes an alias away; nothing happens if it is not set. */
    public void deleteAlias(TenantId tenant, AdapterName adapter, AliasName alias, Instant now) {
        AdapterKeys keys = new AdapterKeys(tenant, adapter);
        if (aliases.inForce(keys, alias).isPresent()) {
            aliases.set(keys, alias, List.of(), OptionalLong.empty(), now);
        }
    }

    /**
     * Deletes one version for good; its number stays taken. Its files go with it unless another version has the same.
     *
     * @throws NotFound if there is no such version
     * @throws FailedPrecondition while an alias points to it
     */
    public void deleteVersion(TenantId tenant, AdapterName adapter, long number) {
        AdapterKeys keys = new AdapterKeys(tenant, adapter);
        Version version = versions.live(keys, number);
        checkUnaliased(keys, number);
        versions.bury(keys, version);
        try {
            checkUnaliased(keys, number);
        } catch (FailedPrecondition e) {
            versions.unbury(keys, number);
            throw e;
        }
        removeFiles(keys, version);
    }

    private void checkUnaliased(AdapterKeys keys, long number) {
        for (Alias alias : aliases.inForce(keys)) {
            if (alias.pointsTo(number)) {
                throw new FailedPrecondition("Alias " + alias.name() + " points to version " + number + " of adapter "
                        + keys + "; move the alias first");
            }
        }
    }

    /**
     * Deletes an adapter: its aliases, then all its versions. Nothing happens if there is none. A later publication
     * under the same name goes on counting.
     */
    public void deleteAdapter(TenantId tenant, AdapterName adapter, Instant now) {
        AdapterKeys keys = new AdapterKeys(tenant, adapter);
        List<Version> live = versions.allLive(keys);
        for (Alias alias : aliases.inForce(keys)) {
            aliases.set(keys, alias.name(), List.of(), OptionalLong.empty(), now);
        }
        live.forEach(version -> versions.bury(keys, version));
        live.forEach(version -> removeFiles(keys, version));
    }

    private void removeFiles(AdapterKeys keys, Version deleted) {
        revisions.remove(
                keys,
                deleted.revision(),
                () -> versions.allLive(keys).stream()
                        .anyMatch(version -> version.revision().equals(deleted.revision())));
    }
}
