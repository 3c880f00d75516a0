package dev.lorikeet.serving.tiny;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** LoRA adapters of the tiny model with random factors, strong enough to change what it writes. */
public final class TinyAdapter {
    private static final List<String> MODULES = List.of("q_proj", "v_proj");

    private TinyAdapter() {}

    /** Publishes an adapter made by a seed as the next version. */
    public static Version publish(
            Adapters adapters, TenantId tenant, AdapterName adapter, BaseModelRef base, long seed) {
        return publish(adapters, tenant, adapter, base, seed, 1 + (int) (seed % 5));
    }

    /** The same with a rank of its own. */
    public static Version publish(
            Adapters adapters, TenantId tenant, AdapterName adapter, BaseModelRef base, long seed, int rank) {
        return publish(
                adapters, tenant, adapter, base, "seed-" + seed + "-" + rank, files(seed, rank, TinyModel.HIDDEN));
    }

    /** Publishes one that reads a picture of 8 x 8 pixels in four patches. */
    public static Version publishReader(Adapters adapters, TenantId tenant, AdapterName adapter, BaseModelRef base) {
        Random random = new Random(5);
        List<StoredTensor> tensors = factors(random, 2, TinyModel.HIDDEN);
        String vision = "base_model.model.vision_embedding.";
        tensors.add(TinyModel.normal(vision + "patch.weight", TinyModel.HIDDEN, 48, 0.5, random));
        tensors.add(TinyModel.ones(vision + "patch.bias"));
        tensors.add(TinyModel.normal(vision + "position.weight", 4, TinyModel.HIDDEN, 0.5, random));
        FileSet files = folder(tensors, """
                {"peft_type": "VORA", "task_type": "CAUSAL_LM", "r": 2, "lora_alpha": 4, "image_size": 8,
                 "patch_size": 4, "target_modules": ["q_proj", "v_proj"], "layers_to_transform": [0, 1]}
                """);
        return publish(adapters, tenant, adapter, base, "reader", files);
    }

    /** Publishes an adapter whose shapes are another model's. */
    public static Version publishMisfit(Adapters adapters, TenantId tenant, AdapterName adapter, BaseModelRef base) {
        return publish(adapters, tenant, adapter, base, "misfit", files(1, 2, TinyModel.HIDDEN + 8));
    }

    private static Version publish(
            Adapters adapters, TenantId tenant, AdapterName adapter, BaseModelRef base, String job, FileSet files) {
        return adapters.publish(
                new Publication(
                        tenant,
                        adapter,
                        new Origin(JobId.derive(tenant, adapter + "/" + job), 1),
                        files,
                        new Description(base, "LORA", "lora", 4000, Map.of("final_loss", 1.5), Map.of())),
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    private static FileSet files(long seed, int rank, int inputs) {
        return folder(factors(new Random(seed), rank, inputs), """
                {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": %d, "lora_alpha": %d,
                 "target_modules": ["q_proj", "v_proj"], "bias": "none", "fan_in_fan_out": false}
                """.formatted(rank, 2 * rank));
    }

    private static List<StoredTensor> factors(Random random, int rank, int inputs) {
        List<StoredTensor> tensors = new ArrayList<>();
        for (int layer = 0; layer < TinyModel.LAYERS; layer++) {
            for (String module : MODULES) {
                String prefix = "base_model.model.model.layers." + layer + ".self_attn." + module;
                int outputs = module.equals("q_proj") ? TinyModel.HIDDEN : TinyModel.KEY_VALUE;
                tensors.add(TinyModel.normal(prefix + ".lora_A.weight", rank, inputs, 0.5, random));
                tensors.add(TinyModel.normal(prefix + ".lora_B.weight", outputs, rank, 0.5, random));
            }
        }
        return tensors;
    }

    private static FileSet folder(List<StoredTensor> tensors, String config) {
        try {
            Path folder = Files.createTempDirectory("tiny-adapter-");
            SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
            Files.writeString(folder.resolve("adapter_config.json"), config);
            return FileSet.ofFolder(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
