package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.image.Shapes;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** What holds for the training of every method. */
final class MethodChecks {
    private static final List<EncodedExample> EXAMPLES = TinyModel.examples(7, 2);

    private MethodChecks() {}

    /** The examples, with pictures for a method that reads them, with classes for one that tells them apart. */
    static List<EncodedExample> examples(BaseModel base, TrainableConfig config) {
        int classes = config.method(base.config()).classes();
        if (classes > 0) {
            return TinyModel.ofClasses(7, 2, classes, base.config().tokenTypes());
        }
        if (config.method(base.config()).pictures() == null) {
            return EXAMPLES;
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(4);
        return EXAMPLES.stream()
                .map(example -> example.withImage(Shapes.draw(
                        random.nextInt(Shapes.COLOURS.size()), random.nextInt(Shapes.FORMS.size()), random)))
                .toList();
    }

    /** The loss falls, every tensor of the adapter moves, and nothing of the base does. */
    static void learns(BaseModel base, TrainableConfig config, double rate) {
        Map<String, float[]> before = weights(base);
        TrainingOptions options = TrainingOptions.defaults(1)
                .withBatch(7, 1)
                .withLength(new Length.Steps(30))
                .withSchedule(Schedule.constant(rate));
        try (TrainingRun run = TrainingRun.start(base, config, options, examples(base, config))) {
            StoredAdapter fresh = run.adapter();
            double first = run.evaluate(examples(base, config));
            while (!run.finished()) {
                run.step();
            }
            assertThat(run.evaluate(examples(base, config))).isLessThan(0.97 * first);
            StoredAdapter trained = run.adapter();
            trained.tensors()
                    .specs()
                    .forEach(spec -> assertThat(trained.tensors().get(spec.name()))
                            .as(spec.name())
                            .isNotEqualTo(fresh.tensors().get(spec.name())));
        }
        Map<String, float[]> after = weights(base);
        before.forEach((name, values) -> assertThat(after.get(name)).as(name).isEqualTo(values));
    }

    private static Map<String, float[]> weights(BaseModel base) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        LinearModule.of(base.config()).forEach(module -> names.add(module.path() + ".weight"));
        names.add(base.config().blueprint().embedding() + ".weight");
        names.forEach(name -> weights.put(name, base.floats(name)));
        return weights;
    }

    /** A run that is stopped and resumed after any step is the unbroken one, bit for bit. */
    static void resumes(BaseModel base, TrainableConfig config, Path folder) throws IOException {
        int steps = 4;
        TrainingOptions options = TrainingOptions.defaults(3)
                .withBatch(2, 2)
                .withLength(new Length.Steps(steps))
                .withSchedule(Schedule.cosine(1e-2, 1));
        List<Checkpoint.Vectors> unbroken = new ArrayList<>();
        try (TrainingRun run = TrainingRun.start(base, config, options, examples(base, config))) {
            for (int step = 0; step <= steps; step++) {
                Path stop = folder.resolve("step" + step);
                run.writeCheckpoint(stop);
                unbroken.add(Checkpoint.read(stop).vectors());
                if (step < steps) {
                    run.step();
                }
            }
        }
        for (int step = 0; step < steps; step++) {
            Path next = folder.resolve("after" + step);
            try (TrainingRun run = TrainingRun.resume(base, folder.resolve("step" + step), examples(base, config))) {
                assertThat(run.config()).isEqualTo(config);
                run.step();
                run.writeCheckpoint(next);
            }
            Checkpoint.Vectors resumed = Checkpoint.read(next).vectors();
            Checkpoint.Vectors expected = unbroken.get(step + 1);
            assertThat(resumed.values()).isEqualTo(expected.values());
            assertThat(resumed.means()).isEqualTo(expected.means());
            assertThat(resumed.squares()).isEqualTo(expected.squares());
            assertThat(resumed.state()).isEqualTo(expected.state());
        }
    }

    /** Recomputing the layers in the backward pass gives the gradient that keeping them gives. */
    static void recomputes(BaseModel base, TrainableConfig config) {
        assertThat(gradient(base, config, true)).containsExactly(gradient(base, config, false), within(1e-5f));
    }

    private static float[] gradient(BaseModel base, TrainableConfig config, boolean recompute) {
        TrainedMethod method = config.method(base.config());
        return gradient(
                base,
                method,
                recompute,
                MicroBatch.of(examples(base, config), 7, method.pictures()).getFirst());
    }

    /** Examples that share rows in a micro-batch give the gradient that they give in rows of their own. */
    static void packs(BaseModel base, TrainableConfig config) {
        TrainedMethod method = config.method(base.config());
        List<MicroBatch> shared = MicroBatch.of(EXAMPLES, new Batching(7, 1, 70), null);
        assertThat(shared).hasSize(1);
        float[] expected =
                gradient(base, method, false, MicroBatch.of(EXAMPLES, 7, null).getFirst());

        assertThat(gradient(base, method, false, shared.getFirst())).containsExactly(expected, within(1e-4f));
        assertThat(expected).isNotEqualTo(new float[expected.length]);
    }

    private static float[] gradient(BaseModel base, TrainedMethod method, boolean recompute, MicroBatch batch) {
        float[] values = method.initial(1, base::floats);
        for (int i = 0; i < values.length; i++) {
            // Off the start, where some gradients are zero.
            values[i] += 0.01f * (float) Math.sin(i);
        }
        Checkpoint.Vectors vectors = Checkpoint.Vectors.starting(values, method.state(values, base::floats));
        try (TrainingScript script = new TrainingScript(base, method, recompute, vectors)) {
            script.clear();
            script.accumulate(batch, 0, 1);
            return script.sums();
        }
    }

    /** What training wrote reads back as the same adapter. */
    static StoredAdapter roundTrip(StoredAdapter adapter, BaseModel base, Path folder) throws IOException {
        adapter.write(folder);
        StoredAdapter read = StoredAdapter.read(folder, base.config());
        assertThat(read).isEqualTo(adapter);
        return read;
    }

    /** A trained adapter's files pass the last check: serving computes what training does. */
    static void serves(BaseModel base, TrainableConfig config, Path folder) throws IOException {
        try (TrainingRun run = TrainingRun.start(base, config, options(1e-2, 6), examples(base, config))) {
            while (!run.finished()) {
                run.step();
            }
            run.adapter().write(folder);
            assertThat(AdapterCheck.check(run, folder))
                    .isInstanceOfSatisfying(
                            AdapterCheck.Result.Sound.class,
                            sound -> assertThat(sound.logitDifference()).isLessThan(1e-5));
        }
    }

    /** The adapter of a run of some steps. */
    static StoredAdapter trained(BaseModel base, TrainableConfig config, double rate, int steps) {
        try (TrainingRun run = TrainingRun.start(base, config, options(rate, steps), examples(base, config))) {
            while (!run.finished()) {
                run.step();
            }
            return run.adapter();
        }
    }

    /** The adapter that a run begins with. */
    static StoredAdapter fresh(BaseModel base, TrainableConfig config) {
        try (TrainingRun run = TrainingRun.start(base, config, options(1e-3, 1), examples(base, config))) {
            return run.adapter();
        }
    }

    /** Training's logits of an adapter at every position of a text. */
    static float[] logits(BaseModel base, StoredAdapter adapter, int[] text) {
        try (TrainingRun run = TrainingRun.startFrom(base, adapter, options(1e-3, 1), EXAMPLES)) {
            return run.logits(text);
        }
    }

    /** How far the stored virtual tokens are from those that PEFT's network computes of the same weights. */
    static double network(BaseModel base, TrainableConfig config, String file) throws IOException {
        TrainedMethod method = config.method(base.config());
        float[] values = new float[method.size()];
        try (SafetensorsFile reference =
                SafetensorsFile.open(Path.of("src/test/resources/networks", file + ".safetensors"))) {
            method.layout()
                    .specs()
                    .forEach(spec -> System.arraycopy(
                            reference.floats(spec.name()),
                            0,
                            values,
                            method.layout().offset(spec.name()),
                            spec.elements()));
            assertThat(reference.tensors()).hasSize(method.layout().specs().size() + 1);
            float[] expected = reference.floats("output");
            float[] ours = method.stored(values, new float[0]).tensors().get("prompt_embeddings");
            assertThat(ours).hasSameSizeAs(expected);
            double largest = 0;
            for (int i = 0; i < ours.length; i++) {
                largest = Math.max(largest, Math.abs(ours[i] - expected[i]));
            }
            return largest;
        }
    }

    static TrainingOptions options(double rate, int steps) {
        return TrainingOptions.defaults(1)
                .withBatch(4, 1)
                .withLength(new Length.Steps(steps))
                .withSchedule(Schedule.constant(rate));
    }

    /**
     * Training's logits with a reference adapter are the reference's.
     *
     * @param adapter as training reads it
     * @param front virtual tokens that the expected logits begin with
     */
    static void agreesWithReference(BaseModel base, StoredAdapter adapter, Path reference, int front)
            throws IOException {
        try (SafetensorsFile expected = SafetensorsFile.open(reference.resolve("expected.safetensors"))) {
            List<Long> shape = expected.info("input_ids").shape();
            int rows = shape.get(0).intValue();
            int length = shape.get(1).intValue();
            int vocabulary = base.config().vocabularySize();
            float[] logits = expected.floats("logits");
            java.nio.LongBuffer ids = expected.bytes("input_ids")
                    .asByteBuffer()
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .asLongBuffer();
            for (int row = 0; row < rows; row++) {
                int[] text = new int[length];
                for (int i = 0; i < length; i++) {
                    text[i] = (int) ids.get(row * length + i);
                }
                int from = (row * (front + length) + front) * vocabulary;
                assertThat(logits(base, adapter, text))
                        .containsExactly(
                                java.util.Arrays.copyOfRange(logits, from, from + length * vocabulary), within(1e-4f));
            }
        }
    }
}
