package dev.lorikeet.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.weights.GgufFile;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTokenizerTest {
    static final Path RESOURCES = Path.of("src/test/resources/gguf");

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "qwen2"})
    void encodesAsTheReferenceWithTheSamePreTokenizer(String pre) throws Exception {
        var cases = new ObjectMapper()
                .readTree(RESOURCES.resolve("tokenizers.json").toFile())
                .path(pre);
        assertThat(cases).isNotEmpty();
        try (var file = GgufFile.open(RESOURCES.resolve("tokenizer-" + pre + ".gguf"));
                var tokenizer = GgufTokenizer.of(file.metadata())) {
            for (var each : cases) {
                var expected = StreamSupport.stream(each.path("ids").spliterator(), false)
                        .mapToInt(id -> id.intValue())
                        .toArray();
                var text = each.path("text").textValue();

                assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(expected);
                if (!pre.equals("qwen2")) {
                    assertThat(tokenizer.decode(expected, false)).isEqualTo(text);
                }
            }
        }
    }
}
