package dev.lorikeet.engine.train;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything a run is after a step: with the base model and the examples, enough to go on bit for bit. Data order,
 * dropout and learning rate are functions of seed and step, so the step is their whole state.
 *
 * <p>A folder of three files and a manifest of their digests, which is written last: a folder without one is no
 * checkpoint.
 *
 * @param position where the run stands and what it belongs to
 * @param config of the adapter
 * @param vectors its numbers
 */
record Checkpoint(Position position, TrainableConfig config, Vectors vectors) {
    static final String MANIFEST = "manifest.json";
    private static final String RUN = "run.json";
    private static final String TENSORS = "optimizer.safetensors";
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    /**
     * Where a run stands.
     *
     * @param format of the checkpoint
     * @param stepsDone optimizer steps done; AdamW's t
     * @param options the run's
     * @param baseDigest of the base model
     * @param examplesDigest of the examples as encoded
     */
    record Position(int format, int stepsDone, TrainingOptions options, String baseDigest, String examplesDigest) {
        static Position of(int stepsDone, TrainingOptions options, String baseDigest, String examplesDigest) {
            return new Position(FORMAT, stepsDone, options, baseDigest, examplesDigest);
        }
    }

    /**
     * The run's flat vectors.
     *
     * @param values the factors
     * @param means AdamW's first moments
     * @param squares AdamW's second moments
     * @param state what the method keeps besides; may be empty
     */
    @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
    record Vectors(float[] values, float[] means, float[] squares, float[] state) {
        /** To begin with these values. */
        static Vectors starting(float[] values, float[] state) {
            return new Vectors(values, new float[values.length], new float[values.length], state);
        }
    }

    /**
     * A file as the manifest knows it.
     *
     * @param sha256 its digest, hexadecimal
     * @param bytes its length
     */
    record FileEntry(String sha256, long bytes) {}

    /**
     * The manifest.
     *
     * @param format of the checkpoint
     * @param files by name
     */
    record Manifest(int format, Map<String, FileEntry> files) {}

    /**
     * Writes it.
     *
     * @throws IOException if the folder holds a checkpoint already, or cannot be written
     */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (Files.exists(folder.resolve(MANIFEST))) {
            throw new IOException(folder + " holds a checkpoint already");
        }
        long size = vectors.values().length;
        List<StoredTensor> tensors = List.of(
                StoredTensor.of("values", List.of(size), vectors.values()),
                StoredTensor.of("means", List.of(size), vectors.means()),
                StoredTensor.of("squares", List.of(size), vectors.squares()),
                StoredTensor.of("state", List.of((long) vectors.state().length), vectors.state()));
        SafetensorsWriter.write(folder.resolve(TENSORS), tensors, Map.of());
        config.write(folder.resolve(StoredAdapter.CONFIG_FILE));
        JSON.writerWithDefaultPrettyPrinter().writeValue(folder.resolve(RUN).toFile(), position);
        Map<String, FileEntry> files = new TreeMap<>();
        for (String name : List.of(TENSORS, StoredAdapter.CONFIG_FILE, RUN)) {
            files.put(name, entry(folder.resolve(name)));
        }
        Path partial = Files.createTempFile(folder, ".manifest-", ".part");
        JSON.writerWithDefaultPrettyPrinter().writeValue(partial.toFile(), new Manifest(FORMAT, files));
        Files.move(partial, folder.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Reads a folder that {@link #write} made.
     *
     * @throws IOException if it has no manifest, a file does not agree with it, or it cannot be read
     */
    static Checkpoint read(Path folder) throws IOException {
        verify(folder);
        Position position = JSON.readValue(folder.resolve(RUN).toFile(), Position.class);
        if (!(AdapterConfig.read(folder.resolve(StoredAdapter.CONFIG_FILE)) instanceof TrainableConfig config)) {
            throw new IOException("checkpoint " + folder + " is of an adapter that is not trained here");
        }
        try (SafetensorsFile tensors = SafetensorsFile.open(folder.resolve(TENSORS))) {
            return new Checkpoint(
                    position,
                    config,
                    new Vectors(
                            tensors.floats("values"),
                            tensors.floats("means"),
                            tensors.floats("squares"),
                            tensors.floats("state")));
        }
    }

    private static void verify(Path folder) throws IOException {
        Path manifestFile = folder.resolve(MANIFEST);
        if (!Files.isRegularFile(manifestFile)) {
            throw new IOException(folder + " is no checkpoint: it has no " + MANIFEST);
        }
        Manifest manifest = JSON.readValue(manifestFile.toFile(), Manifest.class);
        if (manifest.format() != FORMAT) {
            throw new IOException("checkpoint " + folder + " has format " + manifest.format() + ", not " + FORMAT);
        }
        List<String> wrong = new ArrayList<>();
        for (String name : List.of(TENSORS, StoredAdapter.CONFIG_FILE, RUN)) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)
                    || !entry(file).equals(manifest.files().get(name))) {
                wrong.add(name);
            }
        }
        if (!wrong.isEmpty()) {
            throw new IOException("checkpoint " + folder + " is damaged: " + wrong + " not as in its manifest");
        }
    }

    private static FileEntry entry(Path file) throws IOException {
        return new FileEntry(Digests.ofFile(file), Files.size(file));
    }
}
