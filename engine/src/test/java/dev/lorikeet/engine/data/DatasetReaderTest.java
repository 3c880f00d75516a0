package dev.lorikeet.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.engine.image.EncodedImage;
import dev.lorikeet.engine.image.Shapes;
import dev.lorikeet.engine.text.Message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetReaderTest {
    private static DatasetReader.Result read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static DatasetReader.Result read(byte[] bytes) throws IOException {
        return DatasetReader.read(new ByteArrayInputStream(bytes));
    }

    @Test
    void readsTheThreeKindsOfExamples() throws Exception {
        var result = read("""
                \uFEFF{"messages": [{"role": "system", "content": ""}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}

                {"prompt": "2+2=", "completion": "4"}\r
                {"text": "naïve 🦜"}""");

        assertThat(result.problems()).isEmpty();
        assertThat(result.examples())
                .containsExactly(
                        new Example.Chat(List.of(Message.system(""), Message.user("hi"), Message.assistant("ho"))),
                        new Example.Completion("2+2=", "4"),
                        new Example.Text("naïve 🦜"));
        assertThat(result.lines()).containsExactly(1L, 3L, 4L);
    }

    @Test
    void aPictureStandsBesideThePromptOrAmongThePartsOfAMessage() throws Exception {
        EncodedImage image = Shapes.draw(0, 0, new Random(1));
        String url = url(image);

        var result = read("""
                {"image": "%s", "prompt": "what?", "completion": "red"}
                {"image": "%s", "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}
                {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "%s"}}, \
                {"type": "text", "text": "hi"}]}, {"role": "assistant", "content": "ho"}]}
                """.formatted(url, url, url));

        assertThat(result.problems()).isEmpty();
        Example chat = new Example.Chat(List.of(Message.user("hi"), Message.assistant("ho")));
        assertThat(result.examples())
                .containsExactly(
                        new Example.Pictured(image, new Example.Completion("what?", "red")),
                        new Example.Pictured(image, chat),
                        new Example.Pictured(image, chat));
    }

    @Test
    void everyPictureThatCannotBeReadIsToldWithItsLine() throws Exception {
        EncodedImage image = Shapes.draw(0, 0, new Random(1));
        String url = url(image);
        String damaged = url(new EncodedImage(image.format(), Arrays.copyOf(image.bytes(), 60)));

        var result = read("""
                {"image": 7, "prompt": "what?", "completion": "red"}
                {"image": "cat.png", "prompt": "what?", "completion": "red"}
                {"image": "%s", "prompt": "what?", "completion": "red"}
                {"image": "%s", "text": "red"}
                {"image": "%s", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": \
                {"url": "%s"}}, {"type": "text", "text": "hi"}]}, {"role": "assistant", "content": "ho"}]}
                {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": \
                [{"type": "image_url", "image_url": {"url": "%s"}}, {"type": "sound"}]}]}
                """.formatted(damaged, url, url, url, url));

        assertThat(result.problems().stream().map(Problem::line)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 6L, 6L);
        assertThat(result.problems().stream().map(Problem::reason))
                .satisfiesExactly(
                        first -> assertThat(first).contains("not a number"),
                        second -> assertThat(second).contains("in the row itself"),
                        third -> assertThat(third).contains("cannot be read as image/png"),
                        fourth -> assertThat(fourth).contains("'image' is unknown"),
                        fifth -> assertThat(fifth).contains("second image"),
                        sixth -> assertThat(sixth).contains("only the user's first message"),
                        seventh -> assertThat(seventh).contains("content[1] must be"),
                        eighth -> assertThat(eighth).contains("no text"));
    }

    private static String url(EncodedImage image) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(image.bytes());
    }

    @Test
    void findsEveryProblemInOnePassWithItsLine() throws Exception {
        var result = read("""
                {"text": "good"}
                nonsense
                {"text": 7, "colour": "red"}
                [1]
                {"text": "good too"}
                {}
                """);

        assertThat(result.problems().stream().map(Problem::line)).containsExactly(2L, 3L, 3L, 4L, 6L);
        assertThat(result.problemCount()).isEqualTo(5);
        assertThat(result.problems().get(1).reason()).contains("'colour' is unknown");
        assertThat(result.problems().get(2).reason()).isEqualTo("text must be a string, not a number");
        assertThat(result.examples()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '^', quoteCharacter = '~', textBlock = """
            {"messages": []} ^ at least one message
            {"messages": {}} ^ must be a list
            {"messages": [3]} ^ messages[0] must be an object
            {"messages": [{"role": "tool", "content": "x"}]} ^ system, user or assistant, not 'tool'
            {"messages": [{"content": "x"}]} ^ not missing
            {"messages": [{"role": "user", "content": null}]} ^ content must be a string or a list of parts, not null
            {"messages": [{"role": "user", "content": "x", "name": "bob"}]} ^ messages[0].'name' is unknown
            {"messages": [{"role": "user", "content": "  "}, {"role": "assistant", "content": "x"}]} ^ messages[0].content is empty
            {"messages": [{"role": "user", "content": "x"}]} ^ the last message must be the assistant's
            {"messages": [{"role": "assistant", "content": "x"}]} ^ messages[0].role is assistant where user must speak
            {"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "x"}]} ^ where assistant must speak
            {"messages": [{"role": "user", "content": "x"}, {"role": "user", "content": "x"}]} ^ where assistant must speak
            {"prompt": "x"} ^ completion must be a string, not missing
            {"completion": "x"} ^ prompt must be a string, not missing
            {"prompt": "x", "completion": ""} ^ completion is empty
            {"prompt": "x", "completion": "y", "text": "z"} ^ 'text' is unknown
            {"text": "x", "text": "y"} ^ Duplicate field 'text'
            {"text": "x"} {"text": "y"} ^ not valid JSON
            {"text": "a\\ud83db"} ^ half a surrogate pair at position 1
            {"text": "x" ^ not valid JSON
            """)
    void refusesALineThatIsNoExample(String line, String reason) throws Exception {
        var result = read(line);

        assertThat(result.examples()).isEmpty();
        assertThat(result.problems()).isNotEmpty();
        assertThat(result.problems().getFirst().line()).isEqualTo(1);
        assertThat(result.problems().getFirst().reason()).contains(reason);
    }

    @Test
    void limitsAreKept() throws Exception {
        var lines = "{\"text\": \"abc\"}\n".repeat(5);

        assertThat(reason(lines, new DatasetReader.Limits(20, 10, 100, 3)))
                .isEqualTo("0: the file is larger than 20 bytes");
        assertThat(reason(lines, new DatasetReader.Limits(900, 4, 100, 3)))
                .isEqualTo("0: the file has more than 4 lines");
        assertThat(DatasetReader.read(stream(lines), new DatasetReader.Limits(900, 5, 100, 3))
                        .examples())
                .hasSize(5);
        assertThat(reason(lines, new DatasetReader.Limits(900, 10, 14, 3)))
                .isEqualTo("1: the line is longer than 14 bytes");
        var many = DatasetReader.read(stream("x\n".repeat(50)), new DatasetReader.Limits(900, 90, 100, 3));
        assertThat(many.problems()).hasSize(3);
        assertThat(many.problemCount()).isEqualTo(50);
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String reason(String text, DatasetReader.Limits limits) throws IOException {
        var problem = DatasetReader.read(stream(text), limits).problems().getFirst();
        return problem.line() + ": " + problem.reason();
    }

    @Test
    void malformedTextAndEmptyFilesAreProblems() throws Exception {
        assertThat(read(new byte[] {'{', (byte) 0xc3, (byte) 0x28, '}'}).problems())
                .containsExactly(new Problem(1, "the line is not valid UTF-8"));
        assertThat(read("").problems()).containsExactly(new Problem(0, "the file holds no example"));
        assertThat(read("\n \n\r\n").problems()).containsExactly(new Problem(0, "the file holds no example"));
        assertThat(read("[".repeat(10_000)).problems()).hasSize(1);
    }

    @Test
    void damagedFilesAreReadOrRefusedButNeverCrash() throws Exception {
        var good = ("{\"messages\": [{\"role\": \"user\", \"content\": \"hi\\u00e9\"}, {\"role\": \"assistant\", "
                        + "\"content\": \"ho\"}]}\n{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"text\": \"ü🦜\"}\n")
                .getBytes(StandardCharsets.UTF_8);
        for (int seed = 0; seed < 3000; seed++) {
            var random = new Random(seed);
            var damaged = good.clone();
            for (int hits = 1 + random.nextInt(5); hits > 0; hits--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }

            var result = read(damaged);

            assertThat(result.examples().size() + result.problems().size())
                    .as("seed %d", seed)
                    .isPositive();
        }
    }
}
