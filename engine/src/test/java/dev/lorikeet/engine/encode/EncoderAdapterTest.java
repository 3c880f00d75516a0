package dev.lorikeet.engine.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.decode.ReferenceCase;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderAdapterTest {
    private static final Path ROBERTA = ReferenceCase.folder("models/roberta");
    private static final Path ADAPTER = ReferenceCase.folder("adapters/roberta-seqcls_lora");
    private static final String OUT = "base_model.model.classifier.out_proj.";
    private static final int OWN_LABELS = 7;

    @TempDir
    Path folder;

    @Test
    void eachTextOfABatchMeetsItsOwnAdapterAndClassifier() throws IOException {
        ReferenceCase base = ReferenceCase.read("models/roberta");
        ReferenceCase adapted = ReferenceCase.read("adapters/roberta-seqcls_lora");
        relabel(folder);
        try (BaseModel model = ReferenceCase.model("roberta");
                Encoder encoder = new Encoder(model);
                ResidentAdapter reference = attach(model, ADAPTER);
                ResidentAdapter relabelled = attach(model, folder)) {
            List<Text> texts = adapted.inputs().stream().map(Text::of).toList();

            List<Encoding> mixed = encoder.encode(texts, Arrays.asList(reference, null, relabelled));
            List<Encoding> alone = encoder.encode(texts.subList(2, 3), List.of(relabelled));

            assertThat(difference(mixed.get(0).logits(), adapted.logits().get(0)))
                    .isLessThan(1e-4f);
            assertThat(difference(mixed.get(1).logits(), base.logits().get(1))).isLessThan(1e-4f);
            assertThat(mixed.get(2).logits()).hasSize(OWN_LABELS);
            assertThat(difference(mixed.get(2).logits(), alone.getFirst().logits()))
                    .isLessThan(1e-5f);
        }
    }

    /** As an adapter trained on a base that was saved for masked words, the usual case. */
    @Test
    void anAdapterBringsTheClassifierThatItsBaseLacks() throws IOException {
        for (String name : List.of("tokenizer.json", "model.safetensors")) {
            Files.copy(ROBERTA.resolve(name), folder.resolve(name));
        }
        ObjectMapper json = new ObjectMapper();
        ObjectNode config =
                (ObjectNode) json.readTree(ROBERTA.resolve("config.json").toFile());
        config.putArray("architectures").add("RobertaForMaskedLM");
        json.writeValue(folder.resolve("config.json").toFile(), config);
        ReferenceCase adapted = ReferenceCase.read("adapters/roberta-seqcls_lora");
        try (BaseModel model = BaseModel.load(folder, LoadOptions.reference("masked"));
                Encoder encoder = new Encoder(model);
                ResidentAdapter adapter = attach(model, ADAPTER)) {
            List<Encoding> encodings = encoder.encode(
                    List.of(Text.of(adapted.inputs().get(1)), Text.of(1, 2)), Arrays.asList(adapter, null));

            assertThat(difference(
                            encodings.getFirst().logits(), adapted.logits().get(1)))
                    .isLessThan(1e-4f);
            assertThat(encodings.get(1).logits()).isEmpty();
        }
    }

    @Test
    void aClassifiersAdapterIsRefusedByADecoder() throws IOException {
        ObjectMapper json = new ObjectMapper();
        Path source = ReferenceCase.folder("adapters/llama-lora_attention");
        ObjectNode config =
                (ObjectNode) json.readTree(source.resolve("adapter_config.json").toFile());
        config.put("task_type", "SEQ_CLS");
        json.writeValue(folder.resolve("adapter_config.json").toFile(), config);
        Files.copy(source.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.safetensors"));
        try (BaseModel model = ReferenceCase.model("llama")) {
            assertThatThrownBy(() -> StoredAdapter.read(folder, model.config()))
                    .isInstanceOf(UnsupportedAdapterException.class)
                    .hasMessageContaining("SEQ_CLS is computed over encoders alone");
        }
    }

    /** The reference adapter with a last layer for other labels. */
    private static void relabel(Path target) throws IOException {
        Files.copy(ADAPTER.resolve("adapter_config.json"), target.resolve("adapter_config.json"));
        SplittableRandom random = new SplittableRandom(1);
        try (TensorStore store = SafetensorsFile.open(ADAPTER.resolve("adapter_model.safetensors"))) {
            List<StoredTensor> tensors = new ArrayList<>();
            for (TensorInfo info : store.tensors()) {
                List<Long> shape = new ArrayList<>(info.shape());
                if (info.name().startsWith(OUT)) {
                    shape.set(0, (long) OWN_LABELS);
                }
                float[] values = store.floats(info.name());
                if (info.name().startsWith(OUT)) {
                    values = new float[values.length / 3 * OWN_LABELS];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) random.nextGaussian();
                    }
                }
                tensors.add(StoredTensor.of(info.name(), shape, values));
            }
            SafetensorsWriter.write(target.resolve("adapter_model.safetensors"), tensors, Map.of());
        }
    }

    private static ResidentAdapter attach(BaseModel model, Path adapter) throws IOException {
        return model.attach(StoredAdapter.read(adapter, model.config()));
    }

    private static float difference(float[] actual, float[] expected) {
        return ReferenceCase.difference(actual, expected);
    }
}
