package dev.lorikeet.serving.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopScannerTest {
    @Test
    void beginningOfAStopStringIsHeldBackUntilItIsDecided() {
        StopScanner scanner = new StopScanner(List.of("###"));

        assertThat(scanner.push("one#")).isEqualTo("one");
        assertThat(scanner.push("#")).isEmpty();
        assertThat(scanner.push("x")).isEqualTo("##x");
        assertThat(scanner.push("end##")).isEqualTo("end");
        assertThat(scanner.push("#never")).isEmpty();
        assertThat(scanner.stopped()).isTrue();
        assertThat(scanner.finish()).isEmpty();
    }

    @Test
    void firstOfSeveralStopStringsWins() {
        StopScanner scanner = new StopScanner(List.of("world", "lo"));

        assertThat(scanner.push("hello world")).isEqualTo("hel");
        assertThat(scanner.stopped()).isTrue();
    }

    @Test
    void whatWasHeldBackComesOutAtTheEnd() {
        StopScanner scanner = new StopScanner(List.of("\n\n"));

        assertThat(scanner.push("line\n")).isEqualTo("line");
        assertThat(scanner.finish()).isEqualTo("\n");
        assertThat(scanner.stopped()).isFalse();
    }

    @Test
    void emptyStopStringIsRefused() {
        assertThatThrownBy(() -> new StopScanner(List.of(""))).isInstanceOf(IllegalArgumentException.class);
    }

    /** However the text is cut into pieces, what comes out is the text before the first stop string, at no time more. */
    @Test
    void piecesMakeNoDifference() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            String text = word(random, 30);
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                stops.add(word(random, 3) + "a");
            }
            String expected = upToTheFirstStop(text, stops);
            StopScanner scanner = new StopScanner(stops);
            StringBuilder out = new StringBuilder();
            for (int from = 0; from < text.length(); ) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(4));
                out.append(scanner.push(text.substring(from, to)));
                assertThat(expected).as("seed %s, round %s", seed, round).startsWith(out.toString());
                from = to;
            }
            out.append(scanner.finish());
            assertThat(out.toString())
                    .as("seed %s, round %s, text %s, stops %s", seed, round, text, stops)
                    .isEqualTo(expected);
        }
    }

    private static String upToTheFirstStop(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String soFar = text.substring(0, end);
            int longest = stops.stream()
                    .filter(soFar::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return soFar.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(length + 1); i > 0; i--) {
            word.append((char) ('a' + random.nextInt(3)));
        }
        return word.toString();
    }
}
