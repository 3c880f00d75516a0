package dev.lorikeet.registry.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * A stream whose end is reached only if the bytes before it have the expected size and digest: whoever reads to the end
 * without a {@link Corrupt} has read what was stored. For one thread.
 */
public final class VerifyingInputStream extends FilterInputStream {
    private final String key;
    private final long size;
    private final String sha256;
    private final MessageDigest digest = Sha256.start();
    private long read;
    private boolean verified;

    /**
     * @param stream the object's bytes
     * @param key the object's key, for messages
     * @param size expected bytes, or -1 if only the digest is known
     * @param sha256 expected digest
     */
    public VerifyingInputStream(InputStream stream, String key, long size, String sha256) {
        super(stream);
        this.key = key;
        this.size = size;
        this.sha256 = sha256;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int n = read(one, 0, 1);
        return n < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        if (n > 0) {
            digest.update(buffer, offset, n);
            read += n;
            if (size >= 0 && read > size) {
                throw new Corrupt(key, "has more than " + size + " bytes");
            }
        } else if (n < 0 && !verified) {
            if (size >= 0 && read != size) {
                throw new Corrupt(key, "has " + read + " bytes instead of " + size);
            }
            String actual = Sha256.finish(digest);
            if (!actual.equals(sha256)) {
                throw new Corrupt(key, "has SHA-256 " + actual + " instead of " + sha256);
            }
            verified = true;
        }
        return n;
    }

    /** Reads what is skipped: unread bytes could not be verified. */
    @Override
    public long skip(long count) throws IOException {
        byte[] buffer = new byte[(int) Math.min(Math.max(count, 1), 8192)];
        long skipped = 0;
        while (skipped < count) {
            int n = read(buffer, 0, (int) Math.min(buffer.length, count - skipped));
            if (n < 0) {
                break;
            }
            skipped += n;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
