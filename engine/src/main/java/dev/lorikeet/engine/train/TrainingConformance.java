package dev.lorikeet.engine.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.weights.SafetensorsFile;
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
import java.util.Set;
import java.util.TreeSet;

/**
 * Repeats a reference training: from given factors, over given batches, comparing the loss of every step and the factors
 * at the end.
 *
 * <p>A case is a folder with {@code case.json} (method, model, config, settings, losses), {@code start.safetensors} and
 * {@code end.safetensors}, beside the folder's {@code ../data.safetensors} ({@code input_ids} and {@code labels}, int64
 * (batches, rows, length); label -100 carries no loss; step s uses batch s modulo their number, with {@code accumulation}
 * n the n batches from n s on). A method of another name than those known here says its {@code peft_type} in the config.
 */
public final class TrainingConformance {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What PEFT calls the kind of adapter that each method trains. */
    private static final Map<String, String> PEFT_TYPES = Map.ofEntries(
            Map.entry("lora", "LORA"),
            Map.entry("rslora", "LORA"),
            Map.entry("dora", "LORA"),
            Map.entry("lora_plus", "LORA"),
            Map.entry("embedding", "LORA"),
            Map.entry("adalora", "ADALORA"),
            Map.entry("ia3", "IA3"),
            Map.entry("prompt_tuning", "PROMPT_TUNING"),
            Map.entry("p_tuning", "P_TUNING"),
            Map.entry("prefix_tuning", "PREFIX_TUNING"),
            Map.entry("trainable_tokens", "TRAINABLE_TOKENS"));
    /** Before PEFT saves a magnitude, it is the weight of a module. */
    private static final String MAGNITUDE = ".lora_magnitude_vector";
    /** The same of a whole module. */
    private static final String WHOLE = ".modules_to_save.";
    /** Where PEFT's model holds what makes virtual tokens; saved are the tokens alone. */
    private static final String ENCODER = "prompt_encoder.";

    private static final String TYPE = "peft_type";
    private static final String VECTORS = "embedding.weight";
    private static final String EMBEDDINGS = "prompt_embeddings";

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
        if (!PEFT_TYPES.containsKey(method) && !description.path("config").hasNonNull(TYPE)) {
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
        AdapterConfig kind = config(description);
        if (!(kind instanceof TrainableConfig config)) {
            return new Result.Unsupported("training of " + kind.kind());
        }
        TrainedMethod method = config.method(base.config());
        float[] values = values(method.layout(), caseFolder.resolve("start.safetensors"));
        float[] end = values(method.layout(), caseFolder.resolve("end.safetensors"));
        int accumulated = description.path("accumulation").asInt(1);
        Checkpoint.Vectors vectors = Checkpoint.Vectors.starting(values, method.state(values, base::floats));
        try (TrainingScript script = new TrainingScript(base, method, false, vectors)) {
            OptimizerStep optimizerStep = new OptimizerStep(script, method, options);
            double worst = 0;
            int wrongRanks = 0;
            JsonNode ranks = description.path("non_zero_singular_values_after_step");
            for (int step = 0; step < steps; step++) {
                List<MicroBatch> window = new ArrayList<>();
                for (int i = 0; i < accumulated; i++) {
                    window.addAll(MicroBatch.of(
                            data.get((step * accumulated + i) % data.size()),
                            options.batching().rows()));
                }
                double loss = optimizerStep.take(step, steps, window).loss();
                double expected = description.path("losses").path(step).asDouble();
                worst = Math.max(worst, Math.abs(loss - expected) / Math.abs(expected));
                if (!ranks.isMissingNode()
                        && ranks.path(step).asInt() != ranksInUse(method, script.values(), script.state())) {
                    wrongRanks++;
                }
            }
            double difference = largestDifference(script.values(), end);
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

    /** The case's configuration, read as an adapter folder of PEFT's would be. */
    private static AdapterConfig config(JsonNode description) throws IOException {
        Path file = Files.createTempFile("conformance-", ".json");
        try {
            ObjectNode settings = description.path("config").deepCopy();
            if (!settings.hasNonNull(TYPE)) {
                settings.put(TYPE, PEFT_TYPES.get(description.path("method").asText()));
            }
            JSON.writeValue(file.toFile(), settings);
            return AdapterConfig.read(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The trained values of a file whose tensors have the names of PEFT's model in memory. */
    private static float[] values(FlatLayout layout, Path file) throws IOException {
        float[] values = new float[layout.size()];
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            Set<String> missing = new TreeSet<>(layout.offsets().keySet());
            for (TensorInfo info : tensors.tensors()) {
                String name = name(info.name(), layout);
                if (!missing.remove(name)) {
                    throw new InvalidAdapterException(file.getFileName() + " holds " + info.name()
                            + ", which belongs to nothing that the case's configuration trains");
                }
                float[] part = tensors.floats(info.name());
                TensorSpec spec = layout.specs().stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .orElseThrow();
                if (!info.shape().equals(spec.shape())) {
                    throw new InvalidAdapterException(
                            info.name() + " has shape " + info.shape() + ", not " + spec.shape());
                }
                System.arraycopy(part, 0, values, layout.offset(name), part.length);
            }
            if (!missing.isEmpty()) {
                throw new InvalidAdapterException(file.getFileName() + " lacks " + missing);
            }
        }
        return values;
    }

    /** What a tensor of PEFT's model is called where it is trained. */
    private static String name(String tensor, FlatLayout layout) {
        if (tensor.startsWith(ENCODER)) {
            String own = tensor.substring(ENCODER.length());
            return own.equals(VECTORS) && !layout.offsets().containsKey(VECTORS) ? EMBEDDINGS : own;
        }
        return tensor.replace(MAGNITUDE + ".weight", MAGNITUDE).replace(WHOLE, ".");
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
