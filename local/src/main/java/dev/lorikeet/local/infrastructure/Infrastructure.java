package dev.lorikeet.local.infrastructure;

import dev.lorikeet.local.kafka.EmbeddedKafka;
import dev.lorikeet.local.kafka.Topics;
import dev.lorikeet.local.s3.EmbeddedStore;
import dev.lorikeet.local.s3.StoreAccess;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;

/** Broker and store over one folder, in this JVM, with the platform's topics and bucket. */
public final class Infrastructure implements AutoCloseable {
    /** The platform's bucket. */
    public static final String BUCKET = "lorikeet";

    private static final int ATTEMPTS = 3;

    private final EmbeddedKafka kafka;
    private final EmbeddedStore store;

    private Infrastructure(EmbeddedKafka kafka, EmbeddedStore store) {
        this.kafka = kafka;
        this.store = store;
    }

    /**
     * Where to listen; a port that is taken is replaced by a free one.
     *
     * @param kafka the broker's port, 0 for any
     * @param store the store's port, 0 for any
     */
    public record Ports(int kafka, int store) {
        /** Whatever is free. */
        public static final Ports ANY = new Ports(0, 0);

        /** What people expect: 9092 and 9000. */
        public static final Ports USUAL = new Ports(9092, 9000);
    }

    /**
     * Starts both, and makes topics and bucket where missing.
     *
     * @param folder the data of both; survives restarts
     * @param wished where to listen
     * @param accessKey what the store's clients sign with
     * @param secretKey what the store's clients sign with
     * @throws IOException if the folder cannot be used
     */
    public static Infrastructure start(Path folder, Ports wished, String accessKey, String secretKey)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return startOnce(folder, wished, accessKey, secretKey);
            } catch (IOException | RuntimeException e) {
                // Someone may have taken a port between its choice and its use.
                if (attempt == ATTEMPTS || !portWasTaken(e)) {
                    throw e;
                }
            }
        }
    }

    private static boolean portWasTaken(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("Address already in use")) {
                return true;
            }
        }
        return false;
    }

    private static Infrastructure startOnce(Path folder, Ports wished, String accessKey, String secretKey)
            throws IOException {
        List<Integer> ports = FreePorts.choose(List.of(wished.kafka(), wished.store(), 0));
        EmbeddedStore store = EmbeddedStore.start(folder.resolve("store"), ports.get(1), accessKey, secretKey, BUCKET);
        try {
            EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), ports.get(0), ports.get(2));
            try {
                kafka.createTopics(Topics.ALL);
                return new Infrastructure(kafka, store);
            } catch (IOException | RuntimeException e) {
                kafka.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** What Kafka clients connect to. */
    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    /** The broker's port. */
    public int kafkaPort() {
        return kafka.port();
    }

    /** The broker. */
    public EmbeddedKafka kafka() {
        return kafka;
    }

    /** How to reach the store. */
    public StoreAccess store() {
        return store.access();
    }

    /** Ends the broker, then the store. Clients must have ended before. */
    @Override
    public void close() {
        try {
            kafka.close();
        } finally {
            store.close();
        }
    }
}
