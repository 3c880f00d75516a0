package dev.lorikeet.registry.adapter;

/** How the registry's records are written as objects. Reading throws {@link IllegalArgumentException} with a reason. */
public interface Documents {
    /** Writes a manifest. */
    byte[] write(Manifest manifest);

    /** Reads a manifest. */
    Manifest readManifest(byte[] document);

    /** Writes a version. */
    byte[] write(Version version);

    /** Writes the tombstone of a version. */
    byte[] writeTombstone(Version version);

    /** Reads a version. */
    Version readVersion(byte[] document);

    /** Writes an alias. */
    byte[] write(Alias alias);

    /** Reads an alias. */
    Alias readAlias(byte[] document);
}
