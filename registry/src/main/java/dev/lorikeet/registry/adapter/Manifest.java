package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * What a revision consists of: written last, read first.
 *
 * @param revision SHA-256 (hex) over the files' names, sizes and digests: the revision's name
 * @param files in order of their names
 * @param baseModel the base model that the adapter belongs to
 * @param kind PEFT's {@code peft_type}, such as {@code LORA}
 * @param method the training method as requests name it, such as {@code dora}; empty if it is not known
 * @param parameters number of adapter parameters
 */
public record Manifest(
        String revision,
        List<ManifestFile> files,
        BaseModelRef baseModel,
        String kind,
        String method,
        long parameters) {
    /** The manifest's own file name. */
    public static final String FILE_NAME = "manifest.json";

    /** Version of the format that is written. */
    public static final int FORMAT = 1;

    /** Checks that the revision is that of the files. */
    public Manifest {
        files = files.stream().sorted(Comparator.comparing(ManifestFile::name)).toList();
        String expected = revisionOf(files);
        if (!revision.equals(expected)) {
            throw new IllegalArgumentException("its files make revision " + expected + ", not " + revision);
        }
    }

    /**
     * The revision that files make: SHA-256 over a line {@code <sha256> <size> <name>\n} for each, in order of their
     * names.
     */
    static String revisionOf(List<ManifestFile> files) {
        StringBuilder lines = new StringBuilder();
        for (ManifestFile file : files) {
            lines.append(file.sha256())
                    .append(' ')
                    .append(file.size())
                    .append(' ')
                    .append(file.name())
                    .append('\n');
        }
        return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes of all files. */
    public long sizeBytes() {
        return files.stream().mapToLong(ManifestFile::size).sum();
    }
}
