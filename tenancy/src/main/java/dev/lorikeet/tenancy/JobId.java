package dev.lorikeet.tenancy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A training job. The platform derives it from tenant and idempotency key, so that the same request twice is one job.
 *
 * @param value 1 to 63 characters of {@code a-z}, {@code 0-9}, {@code -}, starting and ending with a letter or digit;
 *     anything else is refused with {@link InvalidName}
 */
public record JobId(String value) implements Comparable<JobId> {
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int DERIVED_CHARACTERS = 26;

    /** Checks the grammar. */
    public JobId {
        NameGrammar.check("job", value);
    }

    /**
     * The job of a tenant's request: {@code j-} and the first 26 characters of the lower-case base32 of the SHA-256 over
     * tenant and idempotency key, each as UTF-8 behind its length as a 4-byte big-endian number (so that no two pairs
     * run together).
     */
    public static JobId derive(TenantId tenant, String idempotencyKey) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
        for (String part : new String[] {tenant.value(), idempotencyKey}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return new JobId("j-" + base32(digest.digest(), DERIVED_CHARACTERS));
    }

    private static String base32(byte[] bytes, int characters) {
        StringBuilder text = new StringBuilder(characters);
        for (int i = 0; i < characters; i++) {
            int bit = i * 5;
            int pair = (bytes[bit / 8] & 0xff) << 8 | (bytes[bit / 8 + 1] & 0xff);
            text.append(BASE32.charAt(pair >> (11 - bit % 8) & 31));
        }
        return text.toString();
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    /** The bare id. */
    @Override
    public String toString() {
        return value;
    }
}
