package dev.lorikeet.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.Feed;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import dev.lorikeet.engine.encode.Encoder;
import dev.lorikeet.engine.encode.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomModelTest {
    @Test
    void aRandomModelLoadsTokenisesAndDecodes(@TempDir Path folder) throws IOException {
        RandomModel.write(folder, 7);

        try (BaseModel model = BaseModel.load(folder, LoadOptions.reference("tiny"));
                Decoder decoder = new Decoder(model, 2, 128)) {
            String text = "<|im_start|>user\nGrüße, world!<|im_end|>\n";
            int[] prompt = model.tokenizer().encode(text, false);
            assertThat(model.tokenizer().decode(prompt, false)).isEqualTo(text);

            Sequence sequence = decoder.open(prompt, null, SamplingOptions.GREEDY);
            int token = decoder.step(List.of(new Feed(sequence, prompt.length)))
                    .getFirst()
                    .token();
            assertThat(token).isBetween(0, RandomModel.TINY.vocabularySize() - 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void everyFamilyIsWrittenAsItIsRead(Family family, @TempDir Path folder) throws IOException {
        RandomModel.write(folder, 3, family);

        try (BaseModel model = BaseModel.load(folder, LoadOptions.reference("tiny"))) {
            assertThat(model.config().family()).isEqualTo(family);
            assertThat(model.config().contextLength()).isEqualTo(RandomModel.TINY.contextLength());
            assertThat(model.config().intermediateSize()).isEqualTo(128);
            float[] last = family == Family.BERT || family == Family.ROBERTA
                    ? encoded(model)
                    : decoded(model).getLast();
            assertThat(last).doesNotContain(Float.NaN).isNotEmpty();
        }
    }

    private static float[] encoded(BaseModel model) {
        try (Encoder encoder = new Encoder(model)) {
            return encoder.encode(List.of(Text.of(5, 6, 7)), Collections.singletonList(null))
                    .getFirst()
                    .logits();
        }
    }

    private static List<float[]> decoded(BaseModel model) {
        try (Decoder decoder = new Decoder(model, 1, 16)) {
            return decoder.logits(List.of(new int[] {5, 6, 7}), Collections.singletonList(null));
        }
    }

    @Test
    void theSameSeedGivesTheSameBytes(@TempDir Path folder) throws IOException {
        RandomModel.write(folder.resolve("a"), 7);
        RandomModel.write(folder.resolve("b"), 7);
        RandomModel.write(folder.resolve("c"), 8);

        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            assertThat(folder.resolve("a").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("b").resolve(file));
        }
        assertThat(Files.mismatch(folder.resolve("a/model.safetensors"), folder.resolve("c/model.safetensors")))
                .isNotNegative();
    }
}
