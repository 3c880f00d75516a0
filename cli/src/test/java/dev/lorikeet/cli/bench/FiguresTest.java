package dev.lorikeet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
        Figures.Side theirs = Figures.Side.of(8, List.of(25.0), 4L << 20);

        Figures figures = new Figures("decode 8 rows", "float32", ours, theirs);

        assertThat(figures.ratio()).isEqualTo(2.5);
        assertThat(FiguresTable.row(figures))
                .isEqualTo("| decode 8 rows | float32 | 10.0 | 10.0 | 800 | 3 | 25.0 | 320 | 4 | 2.50 |");
    }

    @Test
    void peersFailureIsShownInItsPlace() {
        Figures figures = new Figures(
                "decode 8 rows", "float32", Figures.Side.of(8, List.of(10.0), 0), Figures.Side.failed("no peft"));

        assertThat(figures.ratio()).isNull();
        assertThat(FiguresTable.row(figures)).contains("failed: no peft");
        assertThat(columns(FiguresTable.row(figures)))
                .isEqualTo(columns(FiguresTable.header(true).lines().findFirst().orElseThrow()));
    }

    @Test
    void rowsHaveTheHeadersColumns() {
        Figures figures = new Figures("training", "float32", Figures.Side.of(8, List.of(10.0), 0), null);

        assertThat(columns(FiguresTable.row(figures)))
                .isEqualTo(
                        columns(FiguresTable.header(false).lines().findFirst().orElseThrow()));
    }

    private static long columns(String row) {
        return row.chars().filter(letter -> letter == '|').count();
    }
}
