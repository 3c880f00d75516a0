package dev.lorikeet.cli.experiment.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetTest {

    @Test
    void ranksSpendTheBudgetToWithinHalfALayersRank() {
        // 3 layers of 10 a rank: 70 is rank 2 (60) and one layer more.
        assertThat(Budget.ranks(70, 0, List.of(10L, 10L, 10L))).containsExactly(2, 2, 3);
        assertThat(Budget.ranks(74, 0, List.of(10L, 10L, 10L))).containsExactly(2, 2, 3);
        assertThat(Budget.ranks(76, 0, List.of(10L, 10L, 10L))).containsExactly(2, 3, 3);
        assertThat(Budget.ranks(90, 0, List.of(10L, 10L, 10L))).containsExactly(3, 3, 3);
    }

    @Test
    void whatIsTrainedAtAnyRankIsPaidFirst() {
        assertThat(Budget.ranks(70, 10, List.of(10L, 10L, 10L))).containsExactly(2, 2, 2);
    }

    @Test
    void everyLayerHasARankHoweverSmallTheBudget() {
        assertThat(Budget.ranks(3, 0, List.of(10L, 10L))).containsExactly(1, 1);
        assertThatThrownBy(() -> Budget.ranks(10, 0, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theWidthIsTheOneThatComesClosest() {
        assertThat(Budget.width(100, 1000, width -> 7L * width + 3)).isEqualTo(14);
        assertThat(Budget.width(1, 1000, width -> 7L * width)).isEqualTo(1);
        assertThat(Budget.width(1_000_000, 50, width -> width)).isEqualTo(50);
        // 10 and 20 are as close to 15.
        assertThat(Budget.width(15, 10, width -> 10L * width)).isEqualTo(1);
    }

    @Test
    void aChangeIsSplitIntoLengthAndDirection() {
        float[] base = {3, 4, 1, 0};

        // The first row twice as long, the second turned by a right angle.
        WeightChange change = WeightChange.between(base, new float[] {6, 8, 0, 1}, 2);

        assertThat(change.magnitude()).isCloseTo(2.5, within(1e-12));
        assertThat(change.direction()).isCloseTo(0.5, within(1e-12));
        assertThat(WeightChange.between(base, base, 2)).isEqualTo(new WeightChange(0, 0));
    }
}
