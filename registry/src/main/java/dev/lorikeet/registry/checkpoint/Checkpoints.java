package dev.lorikeet.registry.checkpoint;

import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Documents;
import dev.lorikeet.registry.adapter.FileSet;
import dev.lorikeet.registry.adapter.Folders;
import dev.lorikeet.registry.adapter.Manifest;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkpoints of training jobs, {@code tenants/{tenant}/jobs/{job}/checkpoints/{step}/}: files by their digests, then a
 * manifest that gives them their names. Two attempts that write the same step at once therefore never mix: the first
 * manifest stands, and the files of the other are not part of it.
 */
public final class Checkpoints {
    private static final Pattern MANIFEST = Pattern.compile("(0|[1-9][0-9]{0,8})/" + Manifest.FILE_NAME);
    private static final BaseModelRef NO_BASE_MODEL = new BaseModelRef("", "");

    private final ObjectStore store;
    private final Documents documents;

    /** Checkpoints in a store, their manifests written in a given form. */
    public Checkpoints(ObjectStore store, Documents documents) {
        this.store = store;
        this.documents = documents;
    }

    /**
     * Stores a checkpoint, every file read back and verified. If there is one of that step already, it stays.
     *
     * @param step optimizer steps done
     * @param folder its files, without folders within
     * @throws Corrupt if the store returns other bytes than were written
     */
    public Checkpoint save(TenantId tenant, JobId job, int step, Path folder) {
        String prefix = prefix(tenant, job) + step + "/";
        if (store.size(prefix + Manifest.FILE_NAME).isEmpty()) {
            FileSet files = FileSet.ofFolder(folder);
            files.files().values().forEach(content -> content.storeVerified(store, file(prefix, content.sha256())));
            Manifest manifest = files.manifest(NO_BASE_MODEL, "", "", 0);
            store.putIfAbsent(prefix + Manifest.FILE_NAME, documents.write(manifest));
        }
        return new Checkpoint(step, manifest(prefix).sizeBytes());
    }

    /** The complete checkpoint with the most steps. */
    public Optional<Checkpoint> latest(TenantId tenant, JobId job) {
        NavigableSet<Integer> steps = steps(tenant, job);
        if (steps.isEmpty()) {
            return Optional.empty();
        }
        int step = steps.last();
        return Optional.of(
                new Checkpoint(step, manifest(prefix(tenant, job) + step + "/").sizeBytes()));
    }

    /** Steps of all complete checkpoints. */
    public NavigableSet<Integer> steps(TenantId tenant, JobId job) {
        String prefix = prefix(tenant, job);
        NavigableSet<Integer> steps = new TreeSet<>();
        for (String key : Listing.all(store, prefix)) {
            Matcher matcher = MANIFEST.matcher(key.substring(prefix.length()));
            if (matcher.matches()) {
                steps.add(Integer.valueOf(matcher.group(1)));
            }
        }
        return steps;
    }

    /**
     * Brings a checkpoint's files here, every digest checked.
     *
     * @param folder does not exist yet; it appears once all files are there
     * @throws NotFound if there is no such checkpoint
     * @throws Corrupt if a file is missing or its digest is wrong
     */
    public void download(TenantId tenant, JobId job, int step, Path folder) {
        String prefix = prefix(tenant, job) + step + "/";
        Folders.download(store, manifest(prefix).files(), entry -> file(prefix, entry.sha256()), folder);
    }

    /**
     * Removes all but the newest checkpoints, manifests first, and with 0 also the remains of incomplete ones.
     *
     * @param keep how many stay
     */
    public void prune(TenantId tenant, JobId job, int keep) {
        NavigableSet<Integer> steps = steps(tenant, job);
        for (int i = 0; i < keep; i++) {
            steps.pollLast();
        }
        for (int step : steps) {
            String prefix = prefix(tenant, job) + step + "/";
            store.delete(prefix + Manifest.FILE_NAME);
            Listing.all(store, prefix).forEach(store::delete);
        }
        if (keep == 0) {
            Listing.all(store, prefix(tenant, job)).forEach(store::delete);
        }
    }

    private Manifest manifest(String prefix) {
        String key = prefix + Manifest.FILE_NAME;
        try {
            return documents.readManifest(store.get(key));
        } catch (IllegalArgumentException e) {
            throw new Corrupt(key, String.valueOf(e.getMessage()));
        }
    }

    private static String prefix(TenantId tenant, JobId job) {
        return "tenants/" + tenant + "/jobs/" + job + "/checkpoints/";
    }

    private static String file(String prefix, String sha256) {
        return prefix + "files/" + sha256;
    }
}
