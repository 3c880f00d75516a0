package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.data.Corpus;
import dev.lorikeet.cli.experiment.data.MadeTask;
import dev.lorikeet.cli.experiment.data.Meaning;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.full.FullConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.RandomModel;
import dev.lorikeet.engine.train.Length;
import dev.lorikeet.engine.train.Schedule;
import dev.lorikeet.engine.train.TrainingOptions;
import dev.lorikeet.engine.train.TrainingRun;
import dev.lorikeet.engine.weights.DType;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A base model for machines and minutes that no pulled one suits: four layers over bytes, begun at random, its blocks
 * trained whole on meanings and texts of two made domains (places to stay, things to see) that experiments do not use.
 * The same seed and steps give the same model on the same machine.
 *
 * @param dimensions its sizes
 * @param steps optimizer steps of its making
 * @param threads operator threads
 */
record SmallModel(Dimensions dimensions, int steps, int threads) {
    /** 0.9 million parameters: a step of 16 rows takes most of a second on one core. */
    static final Dimensions SIZES = new Dimensions(320, 128, 4, new Dimensions.Attention(4, 2, 32), 384, 1024);

    private static final int ROWS = 16;
    private static final int MEANINGS = 1500;
    private static final double RATE = 2e-3;
    private static final int SAY_EVERY = 50;

    /**
     * The model's folder, made unless it is there.
     *
     * @param folder of all that experiments write
     * @param progress is told how far it is, and asked before each step
     */
    Path in(Path folder, Progress progress) throws IOException {
        Path made = folder.resolve("small-model-" + steps);
        if (Files.exists(made)) {
            return made;
        }
        Path begun = folder.resolve("small-model-begun");
        RandomModel.write(begun, 1, dimensions);
        LoadOptions options = LoadOptions.parse("small model, untrained", "cpu", "float32", threads);
        StoredAdapter blocks;
        try (BaseModel base = BaseModel.load(begun, options)) {
            blocks = train(base, progress);
        }
        write(begun, blocks, options);
        Files.move(begun, made, StandardCopyOption.ATOMIC_MOVE);
        return made;
    }

    private StoredAdapter train(BaseModel base, Progress progress) {
        List<Meaning> meanings = Stream.of(MadeTask.HOTELS, MadeTask.SIGHTS)
                .flatMap(task -> task.meanings(1, MEANINGS).stream())
                .toList();
        ExampleRows rows = ExampleRows.of(Corpus.split("small model", meanings, 1, ROWS), base);
        TrainingOptions options = TrainingOptions.defaults(1)
                .withBatch(ROWS, 1)
                .withLength(new Length.Steps(steps))
                .withSchedule(Schedule.cosine(RATE, steps / 10));
        FullConfig config = new FullConfig(AdapterConfig.Origin.UNKNOWN);
        try (TrainingRun run = TrainingRun.start(base, config, options, rows.training())) {
            while (!run.finished()) {
                progress.mayGoOn();
                int step = run.step().step();
                if (step % SAY_EVERY == 0 || run.finished()) {
                    progress.say("small model, step %d of %d: held-out loss %.4f"
                            .formatted(step, steps, run.evaluate(rows.test())));
                }
            }
            return run.adapter();
        }
    }

    /** Puts the trained blocks in the place of the random ones. */
    private static void write(Path folder, StoredAdapter blocks, LoadOptions options) throws IOException {
        Path weights = folder.resolve("trained.safetensors");
        try (BaseModel merged = BaseModel.loadMerged(ModelFiles.open(folder), blocks, options);
                Arena arena = Arena.ofShared()) {
            List<StoredTensor> tensors = new ArrayList<>();
            for (Map.Entry<String, List<Long>> tensor :
                    merged.config().tensors().entrySet()) {
                float[] values = merged.floats(tensor.getKey());
                MemorySegment stored = arena.allocate(4L * values.length, 64);
                MemorySegment.copy(values, 0, stored, ValueLayout.JAVA_FLOAT, 0, values.length);
                tensors.add(new StoredTensor(new TensorInfo(tensor.getKey(), DType.F32, tensor.getValue()), stored));
            }
            SafetensorsWriter.write(weights, tensors, Map.of("format", "pt"));
        }
        Files.move(weights, folder.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        // The digest of the random weights, kept beside them.
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".lorikeet-digest"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}
