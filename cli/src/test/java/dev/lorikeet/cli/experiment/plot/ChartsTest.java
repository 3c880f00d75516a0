package dev.lorikeet.cli.experiment.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ChartsTest {

    @Test
    void aCurveHasItsPointsItsBarsAndItsLegend() {
        List<Mark> marks = List.of(new Mark(1, 2.0, 1.9, 2.1), new Mark(2, 1.5, 1.4, 1.6), Mark.at(4, 1.2));
        String svg = new XyChart(
                        "Loss < 3 & falling",
                        "bars: one standard deviation",
                        Axis.ratios("rank", List.of(1.0, 2.0, 4.0)),
                        Axis.holding("loss, nats", List.of(1.2, 2.1)),
                        List.of(new Series("LoRA", true, marks)))
                .svg();

        Document picture = Pictures.parse(svg);
        assertThat(Pictures.count(picture, "circle", "point")).isEqualTo(3);
        assertThat(Pictures.count(picture, "path", "bar")).isEqualTo(2);
        assertThat(Pictures.count(picture, "path", "joined")).isEqualTo(1);
        assertThat(Pictures.texts(picture))
                .contains("Loss < 3 & falling", "LoRA", "rank", "loss, nats", "bars: one standard deviation", "4");
    }

    @Test
    void aComparisonHasALineForEachThing() {
        String svg = new DotChart(
                        "Methods",
                        "note",
                        Axis.holding("loss", List.of(1.0, 2.0)),
                        List.of(
                                new DotChart.Row("LoRA", 1.5, 1.4, 1.6, List.of(1.4, 1.6)),
                                new DotChart.Row("full", 1.2, 1.2, 1.2, List.of(1.2))),
                        new DotChart.Reference(1.1, "base"))
                .svg();

        Document picture = Pictures.parse(svg);
        assertThat(Pictures.count(picture, "circle", "point")).isEqualTo(2);
        assertThat(Pictures.count(picture, "circle", "single")).isEqualTo(3);
        assertThat(Pictures.texts(picture)).contains("LoRA", "full", "base");
    }

    @Test
    void aHeatMapHasACellForEachPair() {
        HeatMap map = new HeatMap(
                "Ranks",
                "note",
                List.of("q", "v", "up"),
                List.of("0", "1"),
                "layer",
                List.of(List.of(1.0, 2.0, 0.0), List.of(3.0, 2.5, 4.0)));

        Document picture = Pictures.parse(map.svg());
        assertThat(Pictures.count(picture, "rect", "cell")).isEqualTo(6);
        assertThat(Pictures.texts(picture)).contains("2.5", "4", "up", "layer");
        assertThatThrownBy(() -> new HeatMap("x", "", List.of("q"), List.of("0"), "", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void axesHoldTheirValuesAtRoundNumbers() {
        Axis axis = Axis.holding("loss", List.of(1.03, 1.97));

        assertThat(axis.ticks().stream().map(axis::label)).containsExactly("1.0", "1.2", "1.4", "1.6", "1.8", "2.0");
        assertThat(axis.position(1.03)).isBetween(0.0, 0.1);
        assertThat(axis.position(1.97)).isBetween(0.9, 1.0);
        assertThat(Axis.holding("one value", List.of(0.5)).ticks()).isNotEmpty();
        assertThat(Axis.holding("counts", List.of(0.0, 3.0)).low()).isZero();
        Axis decades = Axis.decades("dD", List.of(3e-5, 0.02));
        assertThat(decades.ticks().stream().map(decades::label))
                .containsExactly("1e-5", "1e-4", "0.001", "0.01", "0.1");
        assertThat(decades.position(1e-3)).isCloseTo(0.5, within(1e-9));
        Axis ratios = Axis.ratios("rank", List.of(1.0, 4.0, 16.0));
        assertThat(ratios.position(4)).isCloseTo(0.5, within(1e-9));
        assertThatThrownBy(() -> Axis.holding("loss", List.of(Double.NaN)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
