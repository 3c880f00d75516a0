package dev.lorikeet.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors by transformers: {@code src/test/python/pair_vectors.py}. */
class TypedTokensTest {
    private static final Path PAIRS = Path.of("src/test/resources/encoder/pairs");

    @ParameterizedTest
    @CsvSource({"bert, 2", "roberta, 1"})
    void textsAndPairsAreTokenisedAsTransformersDoes(String family, int kinds) throws IOException {
        JsonNode cases = new ObjectMapper()
                .readTree(PAIRS.resolve(family).resolve("expected.json").toFile());
        try (Tokenizer tokenizer = Tokenizer.open(PAIRS.resolve(family).resolve("tokenizer.json"))) {
            assertThat(cases).hasSize(6);
            for (JsonNode expected : cases) {
                String second =
                        expected.hasNonNull("second") ? expected.path("second").asText() : null;
                TypedTokens tokens = tokenizer
                        .encodeTyped(expected.path("first").asText(), second)
                        .forKinds(kinds);

                assertThat(tokens.ids()).as(expected.toString()).containsExactly(numbers(expected, "ids"));
                assertThat(tokens.types()).as(expected.toString()).containsExactly(numbers(expected, "types"));
            }
        }
    }

    private static int[] numbers(JsonNode node, String field) {
        return StreamSupport.stream(node.path(field).spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
