package dev.lorikeet.trainer.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What a trainer notes in a checkpoint beside the engine's own files, so that a later attempt can tell the whole story.
 *
 * @param tokens trained on so far, padding not counted
 * @param loss of the checkpoint's step
 */
record CheckpointNotes(long tokens, double loss) {
    private static final String FILE = "trainer.properties";

    /** Nothing trained yet. */
    static final CheckpointNotes NONE = new CheckpointNotes(0, 0);

    /** Reads a checkpoint's notes; none are like zero. */
    static CheckpointNotes read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return NONE;
        }
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        try {
            return new CheckpointNotes(
                    Long.parseLong(properties.getProperty("tokens", "0")),
                    Double.parseDouble(properties.getProperty("loss", "0")));
        } catch (NumberFormatException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    /** Writes them into a checkpoint's folder. */
    void write(Path folder) throws IOException {
        Files.writeString(folder.resolve(FILE), "tokens=" + tokens + "\nloss=" + loss + "\n");
    }
}
