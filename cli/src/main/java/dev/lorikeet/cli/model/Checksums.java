package dev.lorikeet.cli.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of files, in hexadecimal. */
final class Checksums {
    private Checksums() {}

    static String sha256(Path file) throws IOException {
        return digest("SHA-256", "", file);
    }

    /** Git's name for a file's content, which the hub gives for small files. */
    static String gitBlob(Path file) throws IOException {
        return digest("SHA-1", "blob " + Files.size(file) + "\0", file);
    }

    private static String digest(String algorithm, String prefix, Path file) throws IOException {
        try {
            var digest = MessageDigest.getInstance(algorithm);
            digest.update(prefix.getBytes(StandardCharsets.US_ASCII));
            try (var input = Files.newInputStream(file)) {
                var buffer = new byte[1 << 20];
                for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                    digest.update(buffer, 0, read);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
