package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.ReferenceCase;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FamilyTrainingTest {
    private static final Dimensions LONG = new Dimensions(300, 32, 2, new Dimensions.Attention(4, 4, 8), 48, 640);
    /** Past the length up to which training keeps the attention's probabilities, and past Mistral's window. */
    private static final int LENGTH = 560;

    @ParameterizedTest
    @EnumSource(
            value = Family.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BERT", "ROBERTA"})
    void trainingAndServingComputeTheSame(Family family, @TempDir Path folder) throws IOException {
        RandomModel.write(folder.resolve("base"), 5, LONG, family);
        try (BaseModel model = BaseModel.load(folder.resolve("base"), LoadOptions.reference("tiny"));
                Decoder decoder = new Decoder(model, 1, LENGTH)) {
            TrainedMethod method = LoraConfig.allLinear(3, 6).method(model.config());
            SplittableRandom random = new SplittableRandom(9);
            float[] values = new float[method.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.2 * random.nextGaussian());
            }
            int[] text = random.ints(LENGTH, 3, 300).toArray();
            method.stored(values, new float[0]).write(folder.resolve("adapter"));
            StoredAdapter stored = StoredAdapter.read(folder.resolve("adapter"), model.config());
            assertThat(Files.readString(folder.resolve("adapter/adapter_config.json")))
                    .as("PEFT wants to know of Conv1D")
                    .contains("\"fan_in_fan_out\" : " + (family == Family.GPT2));

            try (TrainingScript script = new TrainingScript(
                            model, method, false, Checkpoint.Vectors.starting(values, new float[0]));
                    ResidentAdapter adapter = model.attach(stored)) {
                float[] trained = script.logits(text);
                float[] served = decoder.logits(List.of(text), List.of(adapter)).getFirst();
                float[] base = decoder.logits(List.of(text), Collections.singletonList(null))
                        .getFirst();

                assertThat(ReferenceCase.difference(trained, served)).isLessThan(1e-4f);
                assertThat(ReferenceCase.difference(base, served)).isGreaterThan(0.1f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Family.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BERT", "ROBERTA"})
    void bfloat16StaysCloseToFloat32(Family family, @TempDir Path folder) throws IOException {
        RandomModel.write(folder, 5, LONG, family);
        int[] text = new SplittableRandom(4).ints(50, 3, 300).toArray();
        LoadOptions half = new LoadOptions("half", Device.cpu(), Precision.BFLOAT16, 0);
        try (BaseModel exact = BaseModel.load(folder, LoadOptions.reference("tiny"));
                BaseModel rounded = BaseModel.load(folder, half);
                Decoder reference = new Decoder(exact, 1, 64);
                Decoder decoder = new Decoder(rounded, 1, 64)) {
            TrainedMethod method = LoraConfig.allLinear(3, 6).method(rounded.config());
            Checkpoint.Vectors fresh = Checkpoint.Vectors.starting(new float[method.size()], new float[0]);
            float[] expected = logits(reference, text);
            try (TrainingScript script = new TrainingScript(rounded, method, false, fresh)) {
                assertThat(apart(script.logits(text), expected)).isBetween(1e-5, 0.03);
                assertThat(apart(logits(decoder, text), expected)).isBetween(1e-5, 0.03);
            }
        }
    }

    private static float[] logits(Decoder decoder, int[] text) {
        return decoder.logits(List.of(text), Collections.singletonList(null)).getFirst();
    }

    /** Size of the difference by the size of the expected. */
    private static double apart(float[] actual, float[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / size);
    }

    @Test
    void trainingOverAnEncoderWithoutAClassifierIsRefused() throws IOException {
        try (BaseModel model = ReferenceCase.model("roberta")) {
            LoraConfig config = LoraConfig.lora(2, 4, List.of("query"));

            assertThatThrownBy(() ->
                            TrainingRun.start(model, config, MethodChecks.options(1e-3, 1), TinyModel.examples(4, 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("encoder");
        }
    }
}
