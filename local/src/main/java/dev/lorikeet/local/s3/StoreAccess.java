package dev.lorikeet.local.s3;

import java.net.URI;

/**
 * How to reach a store.
 *
 * @param endpoint {@code http://host:port}
 * @param bucket the platform's bucket
 * @param accessKey what to sign with
 * @param secretKey what to sign with
 */
public record StoreAccess(URI endpoint, String bucket, String accessKey, String secretKey) {
    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return endpoint + "/" + bucket;
    }
}
