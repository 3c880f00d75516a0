package dev.lorikeet.local.infrastructure;

import dev.lorikeet.local.process.ProcessMark;
import dev.lorikeet.local.s3.StoreAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the infrastructure process tells the others, in {@code infrastructure/state.json}. The file outlives the process:
 * the next one takes the same ports and keys again, so that clients find it.
 *
 * @param process the process that runs, or ran last
 * @param kafkaPort the broker's port
 * @param storePort the store's port
 * @param store how to reach the store
 */
public record InfrastructureState(ProcessMark process, int kafkaPort, int storePort, StoreAccess store) {
    /** The file of a data folder. */
    public static Path file(Path dataFolder) {
        return folder(dataFolder).resolve("state.json");
    }

    static Path folder(Path dataFolder) {
        return dataFolder.resolve("infrastructure");
    }

    /** What Kafka clients connect to. */
    public String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** Reads the state of a data folder; empty if nothing ever ran there. */
    public static Optional<InfrastructureState> read(Path dataFolder) throws IOException {
        return StateFile.read(file(dataFolder), InfrastructureState.class);
    }
}
