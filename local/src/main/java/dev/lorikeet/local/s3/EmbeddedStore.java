package dev.lorikeet.local.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 store over a folder (S3Proxy), on the loopback interface. It honours {@code If-None-Match: *} on single PUTs,
 * which is all that the platform asks of a store.
 */
public final class EmbeddedStore implements AutoCloseable {
    private static final int MAX_THREADS = 32;

    /** Signed requests that are not chunked are held in memory to be verified: bounds an upload, 1 GiB. */
    private static final long MAX_UPLOAD = 1L << 30;

    private final S3Proxy server;
    private final StoreAccess access;

    private EmbeddedStore(S3Proxy server, StoreAccess access) {
        this.server = server;
        this.access = access;
    }

    /**
     * Starts the store.
     *
     * @param folder its data; made if new
     * @param port where clients connect
     * @param accessKey what clients sign with
     * @param secretKey what clients sign with
     * @param bucket made if it is missing
     * @throws IOException if the folder cannot be written or the port is taken
     */
    public static EmbeddedStore start(Path folder, int port, String accessKey, String secretKey, String bucket)
            throws IOException {
        Files.createDirectories(folder);
        // Owned by the server from here on.
        FilesystemNio2BlobStore blobs = new FilesystemNio2BlobStore(folder.toString());
        if (!blobs.containerExists(bucket)) {
            blobs.createContainer(bucket);
        }
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        S3Proxy server = S3Proxy.builder()
                .blobStore(blobs)
                .endpoint(endpoint)
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey, secretKey)
                .v4MaxNonChunkedRequestSize(MAX_UPLOAD)
                .jettyMaxThreads(MAX_THREADS)
                .ignoreUnknownHeaders(true)
                .build();
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("Cannot start the object store at " + endpoint, e);
        }
        return new EmbeddedStore(server, new StoreAccess(endpoint, bucket, accessKey, secretKey));
    }

    /** Where it is, and how to get in. */
    public StoreAccess access() {
        return access;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("Stopping the object store failed", e);
        }
    }
}
