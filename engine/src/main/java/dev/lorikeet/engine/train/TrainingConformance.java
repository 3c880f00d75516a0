package dev.lorikeet.engine.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Repeats a reference training: from given factors, over given batches, comparing the loss of every step and the factors
 * at the end.
 *
 * <p>A case is a folder with {@code case.json} (method, model, config, settings, losses), {@code start.safetensors} and
 * {@code end.safetensors}, beside the folder's {@code ../data.safetensors} ({@code input_ids} and {@code labels}, int64
 * (batches, rows, length); label -100 carries no loss; step s uses batch s modulo their number).
 */
public final class TrainingConformance {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What PEFT calls the kind of adapter that each method trains. */
    private static final Map<String, String> PEFT_TYPES = Map.of(
            "lora", "LORA",
            "rslora", "LORA",
            "dora", "LORA",
            "lora_plus", "LORA",
            "embedding", "LORA",
            "adalora", "ADALORA");
    /** Before PEFT saves a magnitude, it is the weight of a module. */
    private static final String MAGNITUDE = ".lora_magnitude_vector";

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long NO_LABEL = -100;

    private TrainingConformance() {}

    /** How a case ended. */
    public sealed interface Result {
        /**
         * It ran to its end.
         *
         * @param steps optimizer steps taken
         * @param largestLossDifference relative, over all steps
         * @param largestTensorDifference absolute, over all factors after the last step
         * @param wrongRanks steps after which other than the reference's number of ranks were in use
         */
        record Compared(int steps, double largestLossDifference, double largestTensorDifference, int wrongRanks)
                implements Result {}

        /**
         * It asks for what this engine does not train.
         *
         * @param reason what, by name
         */
        record Unsupported(String reason) implements Result {}
    }

    /**
     * Runs a case in float32 on the CPU.
     *
     * @param caseFolder the case
     * @param modelsFolder holds its model's folder
     * @throws IOException if a file is missing or malformed
     */
    public static Result run(Path caseFolder, Path modelsFolder) throws IOException {
        JsonNode description = JSON.readTree(caseFolder.resolve("case.json").toFile());
        String method = description.path("method").asText();
        if (!PEFT_TYPES.containsKey(method)) {
            return new Result.Unsupported("training method " + method);
        }
        Path model = modelsFolder.resolve(description.path("model").asText());
        try (BaseModel base = BaseModel.load(model, LoadOptions.reference("conformance"))) {
            return compare(base, caseFolder, description);
        } catch (UnsupportedAdapterException e) {
            return new Result.Unsupported(String.valueOf(e.getMessage()));
        }
    }

    private static Result compare(BaseModel base, Path caseFolder, JsonNode description) throws IOException {
        StoredAdapter start = adapter(caseFolder.resolve("start.safetensors"), description, base.config());
        StoredAdapter end = adapter(caseFolder.resolve("end.safetensors"), description, base.config());
        List<List<EncodedExample>> data = batches(caseFolder.resolveSibling("data.safetensors"));
        int steps = description.path("steps").asInt();
        AdamWSettings settings = new AdamWSettings(
                description.path("betas").path(0).asDouble(),
                description.path("betas").path(1).asDouble(),
                description.path("eps").asDouble(),
                description.path("weight_decay").asDouble(),
                description.path("max_grad_norm").asDouble(),
                new FactorRates(description.path("loraplus_lr_ratio").asDouble(1), 1));
        TrainingOptions options = TrainingOptions.defaults(0)
                .withBatch(data.getFirst().size(), 1)
                .withLength(new Length.Steps(steps))
                .withSchedule(
                        Schedule.constant(description.path("learning_rate").asDouble()))
                .withOptimizer(settings);
        if (!(start.config() instanceof TrainableConfig config)) {
            return new Result.Unsupported("training of " + start.config().kind());
        }
        TrainedMethod method = config.method(base.config());
        float[] values = method.flat(start.tensors());
        Checkpoint.Vectors vectors = Checkpoint.Vectors.starting(values, method.state(values, base::floats));
        try (TrainingScript script = new TrainingScript(base, method, false, vectors)) {
            OptimizerStep optimizerStep = new OptimizerStep(script, method, options);
            double worst = 0;
            int wrongRanks = 0;
            JsonNode ranks = description.path("non_zero_singular_values_after_step");
            for (int step = 0; step < steps; step++) {
                List<MicroBatch> window = MicroBatch.of(
                        data.get(step % data.size()), options.batching().rows());
                double loss = optimizerStep.take(step, steps, window).loss();
                double expected = description.path("losses").path(step).asDouble();
                worst = Math.max(worst, Math.abs(loss - expected) / Math.abs(expected));
                if (!ranks.isMissingNode()
                        && ranks.path(step).asInt() != ranksInUse(method, script.values(), script.state())) {
                    wrongRanks++;
                }
            }
            double difference = largestDifference(script.values(), method.flat(end.tensors()));
            return new Result.Compared(steps, worst, difference, wrongRanks);
        }
    }

    /** Singular values that are not 0: between two choices those that were pruned before grow again. */
    private static int ranksInUse(TrainedMethod method, float[] values, float[] state) {
        AdapterTensors tensors = method.stored(values, state).tensors();
        int count = 0;
        for (TensorSpec spec : tensors.specs()) {
            if (spec.name().endsWith(".lora_E")) {
                for (float value : tensors.get(spec.name())) {
                    count += value == 0 ? 0 : 1;
                }
            }
        }
        return count;
    }

    private static double largestDifference(float[] ours, float[] theirs) {
        double largest = 0;
        for (int i = 0; i < ours.length; i++) {
            largest = Math.max(largest, Math.abs((double) ours[i] - theirs[i]));
        }
        return largest;
    }

    /** The case's configuration and tensors, read as an adapter folder of PEFT's would be. */
    private static StoredAdapter adapter(Path tensors, JsonNode description, ModelConfig model) throws IOException {
        Path folder = Files.createTempDirectory("conformance-");
        Path config = folder.resolve(StoredAdapter.CONFIG_FILE);
        Path weights = folder.resolve(StoredAdapter.WEIGHTS_FILE);
        try {
            ObjectNode settings = description.path("config").deepCopy();
            settings.put("peft_type", PEFT_TYPES.get(description.path("method").asText()));
            JSON.writeValue(config.toFile(), settings);
            rename(tensors, weights);
            return StoredAdapter.read(folder, model);
        } finally {
            Files.deleteIfExists(config);
            Files.deleteIfExists(weights);
            Files.deleteIfExists(folder);
        }
    }

    /** Copies tensors under the names that they have in a saved adapter. */
    private static void rename(Path source, Path target) throws IOException {
        try (SafetensorsFile tensors = SafetensorsFile.open(source)) {
            List<StoredTensor> renamed = new ArrayList<>();
            for (TensorInfo info : tensors.tensors()) {
                String name = info.name().replace(MAGNITUDE + ".weight", MAGNITUDE);
                renamed.add(StoredTensor.of(name, info.shape(), tensors.floats(info.name())));
            }
            SafetensorsWriter.write(target, renamed, Map.of());
        }
    }

    private static List<List<EncodedExample>> batches(Path file) throws IOException {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            List<Long> shape = tensors.info("input_ids").shape();
            int rows = Math.toIntExact(shape.get(1));
            int length = Math.toIntExact(shape.get(2));
            MemorySegment ids = tensors.bytes("input_ids");
            MemorySegment labels = tensors.bytes("labels");
            List<List<EncodedExample>> batches = new ArrayList<>();
            for (int batch = 0; batch < shape.get(0); batch++) {
                List<EncodedExample> examples = new ArrayList<>();
                for (int row = 0; row < rows; row++) {
                    examples.add(example(ids, labels, ((long) batch * rows + row) * length, length));
                }
                batches.add(examples);
            }
            return batches;
        }
    }

    private static EncodedExample example(MemorySegment ids, MemorySegment labels, long from, int length) {
        int[] tokens = new int[length];
        boolean[] labelled = new boolean[length];
        for (int i = 0; i < length; i++) {
            tokens[i] = Math.toIntExact(ids.get(LONG, (from + i) * Long.BYTES));
            labelled[i] = i > 0 && labels.get(LONG, (from + i) * Long.BYTES) != NO_LABEL;
        }
        return new EncodedExample(tokens, labelled, false);
    }
}
