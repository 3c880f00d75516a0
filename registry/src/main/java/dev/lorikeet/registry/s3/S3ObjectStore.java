package dev.lorikeet.registry.s3;

import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/**
 * Objects in an S3 bucket, through minio's client. Every write is a single PUT with {@code If-None-Match: *} (a multipart
 * upload would not be conditional on every store), so an object has at most 5 GiB. Transient failures are retried by
 * {@link Retries}; the HTTP client's own retries are off, because a repeated conditional write must be judged here: its
 * first try may have won unheard.
 */
public final class S3ObjectStore implements ObjectStore {
    private static final int MAX_IDLE_CONNECTIONS = 8;
    /** Well below what stores allow: Jetty 30 s, load balancers often 60 s. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(60);
    private static final long MAX_SINGLE_PUT = 5L << 30;
    private static final int MAX_PAGE = 1000;
    private static final Map<String, String> IF_ABSENT = Map.of("If-None-Match", "*");

    private final MinioClient client;
    private final StoreSettings settings;
    private final Retries retries;

    private S3ObjectStore(MinioClient client, StoreSettings settings) {
        this.client = client;
        this.settings = settings;
        this.retries = new Retries(settings.toString());
    }

    /**
     * Connects, and makes the bucket if it is missing.
     *
     * @throws StoreUnavailable if the store does not answer
     * @throws StoreRefused if it does not let us in
     */
    public static S3ObjectStore connect(StoreSettings settings) {
        // One host only: its default of 5 requests at once would queue the rest.
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequestsPerHost(dispatcher.getMaxRequests());
        OkHttpClient http = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectTimeout(CONNECT_TIMEOUT)
                .readTimeout(IO_TIMEOUT)
                .writeTimeout(IO_TIMEOUT)
                .retryOnConnectionFailure(false)
                // A store that closes idle connections first makes every pooled one fail its next request.
                .connectionPool(new ConnectionPool(MAX_IDLE_CONNECTIONS, KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS))
                .addInterceptor(new Http.StatusRetryInterceptor(Set.of(), 0, 1))
                .build();
        MinioClient client = MinioClient.builder()
                .endpoint(settings.endpoint().toString())
                .region(settings.region())
                .credentials(settings.accessKey(), settings.secretKey())
                .httpClient(http, true)
                .build();
        S3ObjectStore store = new S3ObjectStore(client, settings);
        store.makeBucket();
        return store;
    }

    private void makeBucket() {
        retries.run("making the bucket", attempt -> {
            if (!client.bucketExists(
                    BucketExistsArgs.builder().bucket(settings.bucket()).build())) {
                try {
                    client.makeBucket(
                            MakeBucketArgs.builder().bucket(settings.bucket()).build());
                } catch (ErrorResponseException e) {
                    // Another service may have been quicker.
                    if (e.response().code() != 409) {
                        throw e;
                    }
                }
            }
            return true;
        });
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return create(
                key,
                () -> client.putObject(PutObjectArgs.builder()
                        .bucket(settings.bucket())
                        .object(key)
                        .headers(IF_ABSENT)
                        .data(content, content.length)
                        .build()),
                () -> Arrays.equals(get(key), content));
    }

    @Override
    public boolean putIfAbsent(String key, Path file) {
        return create(
                key,
                () -> client.uploadObject(UploadObjectArgs.builder()
                        .bucket(settings.bucket())
                        .object(key)
                        .headers(IF_ABSENT)
                        .filename(file.toString(), MAX_SINGLE_PUT)
                        .build()),
                () -> sameContent(key, file));
    }

    /** One conditional PUT. */
    private interface Put {
        Object send() throws MinioException;
    }

    /** Whether the object that is there is what this call sends. */
    private interface Comparison {
        boolean same();
    }

    private boolean create(String key, Put put, Comparison comparison) {
        return retries.run("creating " + key, attempt -> {
            try {
                put.send();
                return true;
            } catch (ErrorResponseException e) {
                int status = e.response().code();
                if (status == 412 || (status == 409 && size(key).isPresent())) {
                    // An earlier try of this very call may have won and its answer been lost.
                    return attempt > 1 && comparison.same();
                }
                throw e;
            }
        });
    }

    private boolean sameContent(String key, Path file) {
        try (InputStream stored = openStream(key);
                InputStream own = Files.newInputStream(file)) {
            byte[] one = new byte[64 * 1024];
            byte[] other = new byte[one.length];
            while (true) {
                int n = stored.readNBytes(one, 0, one.length);
                int m = own.readNBytes(other, 0, other.length);
                if (!Arrays.equals(one, 0, n, other, 0, m)) {
                    return false;
                }
                if (n < one.length) {
                    return true;
                }
            }
        } catch (IOException e) {
            throw new StoreUnavailable("Comparing " + key + " broke off", e);
        }
    }

    @Override
    public byte[] get(String key) {
        return retries.run("reading " + key, attempt -> {
            try (InputStream stream = open(key)) {
                return stream.readAllBytes();
            }
        });
    }

    @Override
    public InputStream openStream(String key) {
        return retries.run("opening " + key, attempt -> open(key));
    }

    private InputStream open(String key) throws MinioException {
        try {
            return client.getObject(GetObjectArgs.builder()
                    .bucket(settings.bucket())
                    .object(key)
                    .build());
        } catch (ErrorResponseException e) {
            if (absent(e)) {
                throw new NotFound("No object " + key);
            }
            throw e;
        }
    }

    @Override
    public OptionalLong size(String key) {
        return retries.run("looking for " + key, attempt -> {
            try {
                return OptionalLong.of(client.statObject(StatObjectArgs.builder()
                                .bucket(settings.bucket())
                                .object(key)
                                .build())
                        .size());
            } catch (ErrorResponseException e) {
                if (absent(e)) {
                    return OptionalLong.empty();
                }
                throw e;
            }
        });
    }

    private static boolean absent(ErrorResponseException e) {
        return e.response().code() == 404
                && !"NoSuchBucket".equals(e.errorResponse().code());
    }

    @Override
    public Page list(String prefix, String after, int limit) {
        return page(prefix, after, limit, true);
    }

    @Override
    public Page folders(String prefix, String after, int limit) {
        // "0" follows "/": the start behind every key of the folder. Understood by stores that compare plain keys.
        String start = after.isEmpty() ? after : after.substring(0, after.length() - 1) + "0";
        return page(prefix, start, limit, false);
    }

    private Page page(String prefix, String after, int limit, boolean recursive) {
        return retries.run("listing " + prefix, attempt -> {
            ListObjectsArgs.Builder arguments = ListObjectsArgs.builder()
                    .bucket(settings.bucket())
                    .prefix(prefix)
                    .recursive(recursive)
                    .maxKeys(Math.min(limit + 1, MAX_PAGE));
            if (!after.isEmpty()) {
                arguments.startAfter(after);
            }
            List<String> entries = new ArrayList<>();
            for (Result<Item> result : client.listObjects(arguments.build())) {
                Item item = result.get();
                if (!recursive && !item.isDir()) {
                    continue;
                }
                if (entries.size() == limit) {
                    return new Page(entries, Optional.of(entries.getLast()));
                }
                entries.add(item.objectName());
            }
            return new Page(entries, Optional.empty());
        });
    }

    @Override
    public void delete(String key) {
        retries.run("deleting " + key, attempt -> {
            try {
                client.removeObject(RemoveObjectArgs.builder()
                        .bucket(settings.bucket())
                        .object(key)
                        .build());
            } catch (ErrorResponseException e) {
                if (!absent(e)) {
                    throw e;
                }
            }
            return true;
        });
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (Exception e) {
            throw new IllegalStateException("Closing the connections to " + settings + " failed", e);
        }
    }
}
