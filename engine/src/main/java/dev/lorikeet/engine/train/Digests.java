package dev.lorikeet.engine.train;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.image.EncodedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 in hexadecimal of what a checkpoint must find again. */
final class Digests {
    private static final int CHUNK = 1 << 16;

    private Digests() {}

    static String ofFile(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Tokens, labels, pictures and classes, in order. */
    static String ofExamples(List<EncodedExample> examples) {
        MessageDigest digest = sha256();
        for (EncodedExample example : examples) {
            int[] tokens = example.tokens();
            ByteBuffer bytes = ByteBuffer.allocate(4 + 5 * tokens.length);
            bytes.putInt(tokens.length);
            for (int i = 0; i < tokens.length; i++) {
                bytes.putInt(tokens[i]).put((byte) (example.labelled()[i] ? 1 : 0));
            }
            digest.update(bytes.flip());
            EncodedExample.Classified classified = example.classified();
            if (classified != null) {
                ByteBuffer own = ByteBuffer.allocate(8 + 4 * tokens.length);
                own.putInt(Integer.MIN_VALUE).putInt(classified.number());
                Arrays.stream(classified.kinds()).forEach(own::putInt);
                digest.update(own.flip());
            }
            EncodedImage image = example.image();
            if (image != null) {
                digest.update(
                        ByteBuffer.allocate(4).putInt(-image.bytes().length).flip());
                digest.update(image.bytes());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
