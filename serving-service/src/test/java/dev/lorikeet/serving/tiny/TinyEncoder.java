package dev.lorikeet.serving.tiny;

import ai.djl.Device;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.method.classifier.ClassifierConfig;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.prompt.PromptConfig;
import dev.lorikeet.engine.method.prompt.PromptStart;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.RandomModel;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Description;
import dev.lorikeet.registry.adapter.FileSet;
import dev.lorikeet.registry.adapter.Origin;
import dev.lorikeet.registry.adapter.Publication;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A BERT of two layers with random weights and a classifier, and adapters of it. */
public final class TinyEncoder {
    public static final String NAME = "tiny-bert";
    public static final int HIDDEN = 32;
    public static final int CONTEXT = 64;
    /** The base's own. */
    public static final List<String> LABELS = List.of("ham", "spam");

    private static final Dimensions DIMENSIONS =
            new Dimensions(320, HIDDEN, 2, new Dimensions.Attention(4, 4, 8), 64, CONTEXT);

    private TinyEncoder() {}

    /** Writes the model into a folder; its tokens are bytes. */
    public static Path write(Path folder) {
        try {
            RandomModel.write(folder, 5, DIMENSIONS, Family.BERT);
            replace(folder.resolve("config.json"), "LABEL_0", LABELS.getFirst());
            replace(folder.resolve("config.json"), "LABEL_1", LABELS.getLast());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same saved without its classifier. */
    public static Path writeBare(Path folder) {
        try {
            replace(write(folder).resolve("config.json"), "BertForSequenceClassification", "BertForMaskedLM");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void replace(Path file, String from, String to) throws IOException {
        Files.writeString(file, Files.readString(file).replace(from, to));
    }

    /** Loads a model from a folder, in float32 on one thread of the CPU. */
    public static BaseModel load(Path folder) {
        try {
            return BaseModel.load(folder, new LoadOptions(NAME, Device.cpu(), Precision.FLOAT32, 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes a LoRA adapter with a classifier for its labels; without any it leaves the classifier to the base. */
    public static Version publish(
            Adapters adapters, TenantId tenant, AdapterName adapter, BaseModelRef base, long seed, String... labels) {
        LoraConfig lora = LoraConfig.lora(1 + (int) (seed % 4), 4, List.of("query", "value", "intermediate.dense"));
        return publish(
                adapters,
                tenant,
                adapter,
                base,
                seed,
                labels.length == 0 ? lora : new ClassifierConfig(lora, List.of(labels)));
    }

    /** Publishes one that puts three tokens before a text. */
    public static Version publishPrompt(Adapters adapters, TenantId tenant, AdapterName adapter, BaseModelRef base) {
        return publish(adapters, tenant, adapter, base, 1, PromptConfig.tuning(3, new PromptStart.Random()));
    }

    private static Version publish(
            Adapters adapters,
            TenantId tenant,
            AdapterName adapter,
            BaseModelRef base,
            long seed,
            AdapterConfig config) {
        try {
            Path folder = Files.createTempDirectory("tiny-classifier-");
            config.write(folder.resolve(AdapterConfig.FILE));
            Random random = new Random(seed);
            List<StoredTensor> tensors = config.tensors(config()).stream()
                    .map(spec -> normal(spec, random))
                    .toList();
            SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
            return adapters.publish(
                    new Publication(
                            tenant,
                            adapter,
                            new Origin(JobId.derive(tenant, adapter + "/" + seed), 1),
                            FileSet.ofFolder(folder),
                            new Description(base, "LORA", config.kind(), 4000, Map.of("final_loss", 1.5), Map.of())),
                    Instant.parse("2026-01-01T00:00:00Z"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StoredTensor normal(TensorSpec spec, Random random) {
        float[] values = new float[spec.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.4 * random.nextGaussian());
        }
        return StoredTensor.of(spec.name(), spec.shape(), values);
    }

    private static ModelConfig config() {
        try (ModelFiles files = ModelFiles.open(write(Files.createTempDirectory("tiny-encoder-")))) {
            return files.config();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
