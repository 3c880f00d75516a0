package dev.lorikeet.engine.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.ReferenceCase;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.weights.Safetensors;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderTest {
    private static final Path BERT = Path.of("src/test/resources/encoder/bert");

    @Test
    void raggedTextsAndPairsAreEncodedAsTransformersDoesWithPadding() throws IOException {
        try (BaseModel model = BaseModel.load(BERT, LoadOptions.reference("bert"));
                Encoder encoder = new Encoder(model);
                TensorStore expected = SafetensorsFile.open(BERT.resolve("expected.safetensors"))) {
            List<Text> texts = texts(expected);

            List<Encoding> encodings = encoder.encode(texts, Collections.nCopies(3, null));

            for (int i = 0; i < 3; i++) {
                assertRow(encodings.get(i).logits(), expected.floats("logits"), i);
                assertRow(encodings.get(i).first(), expected.floats("first"), i);
                assertRow(encodings.get(i).mean(), expected.floats("mean"), i);
            }
        }
    }

    /** PEFT's all-linear is also the classifier's first layer, where that is a pooler outside of it. */
    @Test
    void loraOnAllLinearLayersIsTheReferences() throws IOException {
        Path folder = BERT.resolve("adapter");
        try (BaseModel model = BaseModel.load(BERT, LoadOptions.reference("bert"));
                Encoder encoder = new Encoder(model);
                ResidentAdapter adapter = model.attach(StoredAdapter.read(folder, model.config()));
                TensorStore inputs = SafetensorsFile.open(BERT.resolve("expected.safetensors"));
                TensorStore expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            List<Encoding> encodings = encoder.encode(texts(inputs), Collections.nCopies(3, adapter));

            for (int i = 0; i < 3; i++) {
                assertRow(encodings.get(i).logits(), expected.floats("logits"), i);
            }
        }
    }

    @Test
    void aTextsResultDoesNotDependOnItsCompany() throws IOException {
        try (BaseModel model = ReferenceCase.model("roberta");
                Encoder encoder = new Encoder(model)) {
            Text text = Text.of(5, 9, 7, 300);
            List<Encoding> together = encoder.encode(
                    List.of(Text.of(1, 2, 3, 4, 5, 6, 7, 8), text, Text.of(2)), Collections.nCopies(3, null));
            Encoding alone = encoder.encode(List.of(text), Collections.singletonList(null))
                    .getFirst();

            assertThat(ReferenceCase.difference(together.get(1).mean(), alone.mean()))
                    .isLessThan(1e-5f);
            assertThat(ReferenceCase.difference(together.get(1).logits(), alone.logits()))
                    .isLessThan(1e-5f);
        }
    }

    @Test
    void aModelWithoutClassifierEmbeds(@TempDir Path folder) throws IOException {
        for (String name : List.of("tokenizer.json", "model.safetensors")) {
            Files.copy(BERT.resolve(name), folder.resolve(name));
        }
        String config = Files.readString(BERT.resolve("config.json"), StandardCharsets.UTF_8);
        Files.writeString(
                folder.resolve("config.json"), config.replace("BertForSequenceClassification", "BertForMaskedLM"));
        try (BaseModel model = BaseModel.load(folder, LoadOptions.reference("bert"));
                Encoder encoder = new Encoder(model);
                TensorStore expected = SafetensorsFile.open(BERT.resolve("expected.safetensors"))) {
            Encoding encoding = encoder.encode(texts(expected).subList(0, 1), Collections.singletonList(null))
                    .getFirst();

            assertThat(encoding.logits()).isEmpty();
            assertRow(encoding.mean(), expected.floats("mean"), 0);
        }
    }

    /** As the hub's bert-base-uncased and sentence embedding models are stored. */
    @Test
    void oldNamesOfABareModelAreTheSameTensors(@TempDir Path folder) throws IOException {
        for (String name : List.of("tokenizer.json", "config.json")) {
            Files.copy(BERT.resolve(name), folder.resolve(name));
        }
        try (TensorStore store = Safetensors.openFolder(BERT)) {
            List<StoredTensor> old = store.tensors().stream()
                    .map(info -> new StoredTensor(
                            new TensorInfo(old(info.name()), info.dtype(), info.shape()), store.bytes(info.name())))
                    .toList();
            SafetensorsWriter.write(folder.resolve("model.safetensors"), old, Map.of());
        }
        Text text = Text.of(4, 5, 6);
        try (BaseModel model = BaseModel.load(BERT, LoadOptions.reference("bert"));
                BaseModel same = BaseModel.load(folder, LoadOptions.reference("bert"));
                Encoder encoder = new Encoder(model);
                Encoder other = new Encoder(same)) {
            // Not to the bit: tensors lie at other places of the file, and products over them sum in another order.
            assertThat(ReferenceCase.difference(logits(other, text), logits(encoder, text)))
                    .isLessThan(1e-5f);
        }
    }

    private static String old(String name) {
        String bare = name.startsWith("bert.") ? name.substring("bert.".length()) : name;
        return bare.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    }

    private static float[] logits(Encoder encoder, Text text) {
        return encoder.encode(List.of(text), Collections.singletonList(null))
                .getFirst()
                .logits();
    }

    @Test
    void bfloat16StaysCloseToFloat32() throws IOException {
        Text text = Text.of(40, 5, 6, 200, 10, 11);
        LoadOptions half = new LoadOptions("half", Device.cpu(), Precision.BFLOAT16, 0);
        try (BaseModel model = BaseModel.load(BERT, LoadOptions.reference("bert"));
                BaseModel rounded = BaseModel.load(BERT, half);
                Encoder encoder = new Encoder(model);
                Encoder other = new Encoder(rounded)) {
            assertThat(ReferenceCase.difference(logits(other, text), logits(encoder, text)))
                    .isBetween(1e-6f, 0.1f);
        }
    }

    @Test
    void whatTheModelCannotReadIsRefused() throws IOException {
        try (BaseModel model = BaseModel.load(BERT, LoadOptions.reference("bert"));
                Encoder encoder = new Encoder(model)) {
            assertThatThrownBy(() -> encode(encoder, Text.of(new int[65])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("65 tokens");
            assertThatThrownBy(() -> encode(encoder, Text.of(3, 384))).hasMessageContaining("token 384");
            assertThatThrownBy(() -> encode(encoder, new Text(new int[] {1}, new int[] {2})))
                    .hasMessageContaining("token type 2");
            assertThatThrownBy(Text::of).hasMessageContaining("empty");
            assertThat(encoder.encode(List.of(), List.of())).isEmpty();
        }
    }

    @Test
    void encodersAndDecodersRefuseEachOthersModels() throws IOException {
        try (BaseModel encoder = ReferenceCase.model("roberta");
                BaseModel decoder = ReferenceCase.model("gpt2")) {
            assertThatThrownBy(() -> new Decoder(encoder, 1, 16))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is an encoder");
            assertThatThrownBy(() -> new Encoder(decoder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no encoder but a gpt2");
        }
    }

    private static void encode(Encoder encoder, Text text) {
        assertThat(encoder.encode(List.of(text), Collections.singletonList(null)))
                .hasSize(1);
    }

    private static List<Text> texts(TensorStore expected) {
        int[] lengths = row(expected, "lengths", 0);
        List<Text> texts = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            texts.add(new Text(
                    Arrays.copyOf(row(expected, "input_ids", i), lengths[i]),
                    Arrays.copyOf(row(expected, "types", i), lengths[i])));
        }
        return texts;
    }

    private static int[] row(TensorStore store, String name, int row) {
        int width = Math.toIntExact(store.info(name).shape().getLast());
        MemorySegment bytes = store.bytes(name);
        int[] values = new int[width];
        for (int i = 0; i < width; i++) {
            values[i] = (int) bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * (row * width + i));
        }
        return values;
    }

    private static void assertRow(float[] actual, float[] all, int row) {
        float[] expected = Arrays.copyOfRange(all, row * actual.length, (row + 1) * actual.length);
        assertThat(ReferenceCase.difference(actual, expected)).isLessThan(1e-4f);
    }
}
