package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/** An adapter's immutable files, stored by the digest of them all. */
final class Revisions {
    private final ObjectStore store;
    private final Documents documents;

    Revisions(ObjectStore store, Documents documents) {
        this.store = store;
        this.documents = documents;
    }

    /** Stores the files, each read back and verified, then the manifest. Harmless when repeated. */
    void store(AdapterKeys keys, FileSet files, Manifest manifest) {
        String prefix = keys.revision(manifest.revision());
        files.files().forEach((name, content) -> content.storeVerified(store, prefix + name));
        store.putIfAbsent(prefix + Manifest.FILE_NAME, documents.write(manifest));
        manifest(keys, manifest.revision());
    }

    boolean stored(AdapterKeys keys, String revision) {
        return store.size(keys.revision(revision) + Manifest.FILE_NAME).isPresent();
    }

    /** A revision's manifest, checked against the revision's name. */
    Manifest manifest(AdapterKeys keys, String revision) {
        String key = keys.revision(revision) + Manifest.FILE_NAME;
        byte[] document;
        try {
            document = store.get(key);
        } catch (NotFound e) {
            throw new NotFound("Adapter " + keys + " has no revision " + revision);
        }
        Manifest manifest;
        try {
            manifest = documents.readManifest(document);
        } catch (IllegalArgumentException e) {
            throw new Corrupt(key, String.valueOf(e.getMessage()));
        }
        if (!manifest.revision().equals(revision)) {
            throw new Corrupt(key, "is the manifest of revision " + manifest.revision());
        }
        return manifest;
    }

    LoadedRevision load(AdapterKeys keys, String revision) {
        Manifest manifest = manifest(keys, revision);
        String prefix = keys.revision(revision);
        return new LoadedRevision(manifest, Folders.load(store, manifest.files(), file -> prefix + file.name()));
    }

    Manifest download(AdapterKeys keys, String revision, Path folder) {
        Manifest manifest = manifest(keys, revision);
        String prefix = keys.revision(revision);
        Folders.download(store, manifest.files(), file -> prefix + file.name(), folder);
        return manifest;
    }

    /**
     * Removes a revision, manifest first. A publication of the same content may be under way: once the manifest is gone
     * it either sees that and stores everything again, or its version is seen here and the manifest put back.
     *
     * @param inUse whether a version points to the revision; asked again after the manifest is gone
     */
    void remove(AdapterKeys keys, String revision, BooleanSupplier inUse) {
        String prefix = keys.revision(revision);
        String manifestKey = prefix + Manifest.FILE_NAME;
        if (inUse.getAsBoolean()) {
            return;
        }
        if (store.size(manifestKey).isPresent()) {
            byte[] manifest = store.get(manifestKey);
            store.delete(manifestKey);
            if (inUse.getAsBoolean()) {
                store.putIfAbsent(manifestKey, manifest);
                return;
            }
        }
        List<String> rest = Listing.all(store, prefix);
        rest.forEach(store::delete);
    }
}
