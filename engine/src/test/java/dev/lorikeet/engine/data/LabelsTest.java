package dev.lorikeet.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.text.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {
    private static final Path PAIRS = Path.of("src/test/resources/encoder/pairs");

    private static DatasetReader.Result read(String text) throws IOException {
        return DatasetReader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void textsAndPairsHaveLabels() throws IOException {
        var result = read("""
                {"text": "fine", "label": "good"}
                {"label": 7, "text_pair": "b", "text": "a"}
                """);

        assertThat(result.problems()).isEmpty();
        assertThat(result.examples())
                .containsExactly(new Example.Classified("fine", null, "good"), new Example.Classified("a", "b", "7"));
    }

    @Test
    void everyBadLabelIsToldWithItsLine() throws IOException {
        var result = read("""
                {"text": "fine", "label": " "}
                {"text": "fine", "label": 0.5}
                {"text": "", "label": "good", "text_pair": 3}
                {"text": "a", "text_pair": "b"}
                {"text": "a", "label": "%s"}
                {"text": "a", "label": "\\ud800"}
                {"text": "a", "labels": ["x"]}
                {"text": "a", "label": "good"}
                """.formatted("x".repeat(257)));

        assertThat(result.examples()).hasSize(1);
        assertThat(result.problems()).extracting(Problem::line).containsExactly(1L, 2L, 3L, 3L, 4L, 5L, 6L, 7L);
        assertThat(result.problems().get(1).reason())
                .isEqualTo(
                        "label must be a string of 1 to 256 characters, not blank, or a whole number; it is a number");
        assertThat(result.problems().get(4).reason()).contains("it is missing");
        assertThat(result.problems().get(5).reason()).contains("it has 257 characters");
        assertThat(result.problems().get(7).reason()).contains("the field 'labels' is unknown");
    }

    @Test
    void theLabelsAreThoseOfTheDataInOrderOrThoseAskedFor() throws IOException {
        var data = read("""
                {"text": "a", "label": "no"}
                {"text": "b", "label": "yes"}
                {"text": "c", "label": "maybe"}
                {"text": "d", "label": "no"}
                """);

        assertThat(Labels.of(data, List.of()).names()).containsExactly("maybe", "no", "yes");
        assertThat(Labels.of(data, List.of("yes", "no", "maybe", "never")).names())
                .containsExactly("yes", "no", "maybe", "never");
        assertThat(Labels.of(data, List.of("yes", "no")).problems())
                .containsExactly(new Problem(3, "the label 'maybe' is none of the request's: [yes, no]"));
    }

    @Test
    void numbersAreSortedByTheirValue() throws IOException {
        var data = read("""
                {"text": "a", "label": 10}
                {"text": "b", "label": "9"}
                {"text": "c", "label": -1}
                """);

        assertThat(Labels.of(data, List.of()).names()).containsExactly("-1", "9", "10");
    }

    @Test
    void oneLabelIsNoChoice() throws IOException {
        var data = read("{\"text\": \"a\", \"label\": \"no\"}\n{\"text\": \"b\", \"label\": \"no\"}");

        assertThat(Labels.of(data, List.of()).problems())
                .containsExactly(new Problem(0, "the examples have 1 label: [no]; a classifier tells 2 to 1000 apart"));
        assertThat(Labels.of(data, List.of("no", "yes")).problems()).isEmpty();
    }

    @Test
    void everyRowOfTheOtherKindIsToldWithItsLine() throws IOException {
        var data = read("""
                {"text": "a", "label": "no"}

                {"text": "b"}
                {"text": "c", "label": "yes"}
                {"prompt": "d", "completion": "e"}
                """);

        assertThat(Labels.of(data, List.of()).problems())
                .extracting(Problem::line)
                .containsExactly(3L, 5L);
        assertThat(Labels.unwanted(data)).extracting(Problem::line).containsExactly(1L, 4L);
    }

    @Test
    void whatIsTooLongIsCutBetweenTheSpecialTokens() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(PAIRS.resolve("bert/tokenizer.json"))) {
            var whole = new ClassEncoder(tokenizer, 2, List.of("x", "y"), 64);
            var short8 = new ClassEncoder(tokenizer, 2, List.of("x", "y"), 8);
            var single = new Example.Classified("the quick fox over the lazy dog", null, "y");
            var pair = new Example.Classified("the quick fox over the lazy dog", "a dog", "x");

            EncodedExample all = whole.encode(single);
            assertThat(all.truncated()).isFalse();
            assertThat(all.labelledTokens()).isEqualTo(1);
            int[] ids = all.tokens();
            assertThat(ids).hasSize(9);

            EncodedExample cut = short8.encode(single);
            assertThat(cut.truncated()).isTrue();
            int[] expected = Arrays.copyOf(ids, 8);
            expected[7] = ids[8];
            assertThat(cut.tokens()).isEqualTo(expected);

            // [CLS] the quick fox [SEP] a dog [SEP]
            EncodedExample two = short8.encode(pair);
            int[] long2 = whole.encode(pair).tokens();
            assertThat(two.tokens())
                    .containsExactly(long2[0], long2[1], long2[2], long2[3], ids[8], long2[9], long2[10], ids[8]);
            assertThat(two.classified())
                    .isNotNull()
                    .satisfies(own -> assertThat(own.kinds()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1))
                    .satisfies(own -> assertThat(own.number()).isZero());
            assertThatThrownBy(() -> whole.encode(new Example.Classified("a", null, "z")))
                    .hasMessageContaining("'z' is not known");
        }
    }
}
