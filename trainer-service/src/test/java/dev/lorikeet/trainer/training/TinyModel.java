package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The base model of the tests: tiny, its weights from a fixed seed. */
public final class TinyModel {
    /** Its name in requests. */
    public static final String NAME = "tiny";

    private static final long SEED = 7;

    private TinyModel() {}

    /** Writes its folder, as on a model hub. */
    public static Path write(Path folder) {
        try {
            RandomModel.write(folder, SEED);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("the tiny model was not written", e);
        }
    }
}
