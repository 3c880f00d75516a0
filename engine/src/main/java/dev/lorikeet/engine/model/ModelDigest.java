package dev.lorikeet.engine.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Digest of a model's files, remembered in a sidecar so that a start does not read gigabytes again.
 *
 * <p>The digest is SHA-256 over the SHA-256 of each file in order. The sidecar holds one line with the name, size and
 * time of each file, then the digest; it is believed only while all of those are as they were. Where it cannot be
 * written (a read-only folder) the digest is computed at each start.
 */
final class ModelDigest {
    private static final int CHUNK = 1 << 22;

    private ModelDigest() {}

    static String of(Path model, List<Path> files) {
        try {
            var sidecar = sidecar(model);
            var state = state(files);
            if (Files.exists(sidecar) && Files.size(sidecar) < 1_000_000) {
                var lines = Files.readAllLines(sidecar);
                if (lines.size() == state.size() + 1
                        && lines.subList(0, state.size()).equals(state)
                        && lines.getLast().matches("[0-9a-f]{64}")) {
                    return lines.getLast();
                }
            }
            var digest = compute(files);
            remember(sidecar, state, digest);
            return digest;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot compute the digest of " + model, e);
        }
    }

    private static Path sidecar(Path model) {
        return Files.isDirectory(model)
                ? model.resolve(".lorikeet-digest")
                : model.resolveSibling("." + model.getFileName() + ".lorikeet-digest");
    }

    private static List<String> state(List<Path> files) throws IOException {
        var state = new ArrayList<String>();
        for (var file : files) {
            state.add(Files.size(file) + " "
                    + Files.getLastModifiedTime(file).to(java.util.concurrent.TimeUnit.NANOSECONDS) + " "
                    + file.getFileName());
        }
        return state;
    }

    private static String compute(List<Path> files) throws IOException {
        var whole = sha256();
        for (var file : files) {
            var one = sha256();
            try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
                var buffer = java.nio.ByteBuffer.allocateDirect(CHUNK);
                while (channel.read(buffer) >= 0) {
                    one.update(buffer.flip());
                    buffer.clear();
                }
            }
            whole.update(one.digest());
        }
        return HexFormat.of().formatHex(whole.digest());
    }

    private static void remember(Path sidecar, List<String> state, String digest) {
        var lines = new ArrayList<>(state);
        lines.add(digest);
        try {
            var partial = Files.createTempFile(sidecar.toAbsolutePath().getParent(), ".digest-", ".part");
            try {
                Files.write(partial, lines, StandardCharsets.UTF_8);
                Files.move(partial, sidecar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            // A read-only folder: the digest stands, it is computed again next time.
            return;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
