package dev.lorikeet.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.Feed;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
