package dev.lorikeet.registry.adapter;

/**
 * One stored file.
 *
 * @param name without folders
 * @param size bytes
 * @param sha256 SHA-256 of its content, 64 hexadecimal digits
 */
public record ManifestFile(String name, long size, String sha256) {
    /** Checks name and size, which may come from a damaged object. */
    public ManifestFile {
        if (!FileSet.storable(name)) {
            throw new IllegalArgumentException("it lists a file named '" + name + "'");
        }
        if (size < 0) {
            throw new IllegalArgumentException("File " + name + " has size " + size);
        }
    }
}
