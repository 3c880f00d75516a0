package dev.lorikeet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void medianOfAnEvenNumberIsTheMiddleOfTheTwo() {
        Figures.Side side = Figures.Side.of(8, List.of(40.0, 10.0, 20.0, 30.0), 0);

        assertThat(side.medianMillis()).isEqualTo(25);
        assertThat(side.bestMillis()).isEqualTo(10);
        assertThat(side.tokensPerSecond()).isEqualTo(320);
    }

    @Test
    void oneSlowRoundDoesNotMoveTheMedian() {
        assertThat(Figures.Side.of(1, List.of(10.0, 900.0, 11.0), 0).medianMillis())
                .isEqualTo(11);
    }

    @Test
    void ratioIsThePeersTimeInOurs() {
        Figures.Side ours = Figures.Side.of(8, List.of(10.0), 3L << 20);
        Map<String, Figures.Side> peers = new LinkedHashMap<>();
        peers.put("PEFT", Figures.Side.of(8, List.of(25.0), 4L << 20));
        peers.put("PEFT eager", Figures.Side.of(8, List.of(20.0), 5L << 20));

        Figures figures = new Figures("training", "float32", ours, peers);

        assertThat(figures.ratios()).containsExactly(Map.entry("PEFT", 2.5), Map.entry("PEFT eager", 2.0));
        assertThat(FiguresTable.row(figures))
                .isEqualTo(
                        "| training | float32 | 10.0 | 10.0 | 800 | 3 | 25.0 | 320 | 4 | 2.50 | 20.0 | 400 | 5 | 2.00 |");
        assertThat(columns(FiguresTable.row(figures))).isEqualTo(columns(header(List.of("PEFT", "PEFT eager"))));
    }

    @Test
    void aSidesFailureIsShownInItsPlace() {
        Figures.Side sound = Figures.Side.of(8, List.of(10.0), 0);
        Figures.Side failed = Figures.Side.failed("no peft");

        Figures theirs = new Figures("decode 8 rows", "float32", sound, Map.of("PEFT", failed));
        Figures ours = new Figures("decode 8 rows", "float32", failed, Map.of("PEFT", sound));

        for (Figures figures : List.of(theirs, ours)) {
            assertThat(figures.ratios()).isEmpty();
            assertThat(FiguresTable.row(figures)).contains("failed: no peft");
            assertThat(columns(FiguresTable.row(figures))).isEqualTo(columns(header(List.of("PEFT"))));
        }
    }

    private static String header(List<String> peers) {
        return FiguresTable.header(peers).lines().findFirst().orElseThrow();
    }

    private static long columns(String row) {
        return row.chars().filter(letter -> letter == '|').count();
    }
}
