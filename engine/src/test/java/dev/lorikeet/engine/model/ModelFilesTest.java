package dev.lorikeet.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelFilesTest {
    static final Path MODELS = Path.of("src/test/resources/conformance/models");

    @Test
    void opensAFolderAsTransformersWritesIt() throws Exception {
        try (var files = ModelFiles.open(MODELS.resolve("llama"))) {
            var config = files.config();

            assertThat(config.family()).isEqualTo(Family.LLAMA);
            assertThat(config.vocabularySize()).isEqualTo(384);
            assertThat(config.heads()).isEqualTo(4);
            assertThat(config.keyValueHeads()).isEqualTo(2);
            assertThat(config.headSize()).isEqualTo(16);
            assertThat(config.tiedHead()).isTrue();
            assertThat(config.endOfText()).containsExactly(2);
            assertThat(files.weights().info("model.embed_tokens.weight").shape())
                    .containsExactly(384L, 64L);
            assertThat(files.tokenizer().encode("<|im_start|>user", false)[0]).isEqualTo(1);
            assertThat(files.digest()).matches("[0-9a-f]{64}").isEqualTo(files.digest());
        }
    }

    @Test
    void opensAGgufFileAsTheFolderThatItWasMadeFrom() throws Exception {
        try (var gguf = ModelFiles.open(Path.of("src/test/resources/gguf/tiny-llama.gguf"));
                var folder = ModelFiles.open(MODELS.resolve("llama"))) {
            assertThat(gguf.config().dimensions()).isEqualTo(folder.config().dimensions());
            assertThat(gguf.config().rope()).isEqualTo(folder.config().rope());
            assertThat(gguf.config().projections()).isEqualTo(folder.config().projections());
            assertThat(gguf.config().tokens()).isEqualTo(folder.config().tokens());
            assertThat(gguf.config().normEpsilon()).isCloseTo(folder.config().normEpsilon(), within(1e-10));
            var text = "<|im_start|>user\nThe fox is 12 years old.<|im_end|>";
            assertThat(gguf.tokenizer().encode(text, true))
                    .isEqualTo(folder.tokenizer().encode(text, true));
            assertThat(gguf.chatTemplate().defined()).isTrue();
        }
    }
}
