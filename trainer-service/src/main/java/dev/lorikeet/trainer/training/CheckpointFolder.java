package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A checkpoint's files as they are stored: the engine's, its {@code manifest.json} under another name because the
 * registry keeps one of its own, and the trainer's notes.
 */
final class CheckpointFolder {
    private static final String ENGINE_MANIFEST = "manifest.json";
    private static final String STORED_MANIFEST = "engine-manifest.json";

    private CheckpointFolder() {}

    /** Writes a run's state into a folder, ready to be stored. */
    static void write(TrainingRun run, CheckpointNotes notes, Path folder) throws IOException {
        Files.createDirectories(folder);
        run.writeCheckpoint(folder);
        notes.write(folder);
        rename(folder, ENGINE_MANIFEST, STORED_MANIFEST);
    }

    /** Makes a folder that was stored readable for the engine again. */
    static void unpack(Path folder) throws IOException {
        rename(folder, STORED_MANIFEST, ENGINE_MANIFEST);
    }

    private static void rename(Path folder, String from, String to) throws IOException {
        if (Files.exists(folder.resolve(from))) {
            Files.move(folder.resolve(from), folder.resolve(to));
        }
    }
}
