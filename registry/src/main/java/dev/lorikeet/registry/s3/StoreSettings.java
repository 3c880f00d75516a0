package dev.lorikeet.registry.s3;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * Where the object store is and who we are there.
 *
 * @param endpoint {@code http(s)://host:port}
 * @param bucket the platform's bucket; made if it is missing
 * @param accessKey the access key
 * @param secretKey the secret key
 * @param region the bucket's region; stores that know none take {@code us-east-1}
 */
public record StoreSettings(URI endpoint, String bucket, String accessKey, String secretKey, String region) {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    /** Checks that nothing is empty and the bucket's name is one. */
    public StoreSettings {
        if (!"http".equals(endpoint.getScheme()) && !"https".equals(endpoint.getScheme())) {
            throw new IllegalArgumentException(
                    "The object store's endpoint " + endpoint + " is not an http or https address");
        }
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("The object store's bucket '" + bucket
                    + "' is not a bucket's name; use 3 to 63 characters of a-z, 0-9 and '-'");
        }
        if (accessKey.isBlank() || secretKey.isBlank() || region.isBlank()) {
            throw new IllegalArgumentException(
                    "The object store's access key, secret key and region must not be empty");
        }
    }

    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return endpoint + "/" + bucket;
    }
}
