package dev.lorikeet.engine.method.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BudgetScheduleTest {
    /** The reference training's: 126 triplets down to 63 in 30 steps. */
    private static final BudgetSchedule SCHEDULE = new BudgetSchedule(5, 8, 2, 30);

    @Test
    void budgetFallsAsTheReferencesCountsDo() {
        int[] counts = {115, 98, 85, 75, 69, 65, 63, 63};

        for (int i = 0; i < counts.length; i++) {
            int t = 6 + 2 * i;
            assertThat(SCHEDULE.chooses(t, 30)).isTrue();
            assertThat(SCHEDULE.budget(t, 30, 126, 63)).isEqualTo(counts[i]);
        }
    }

    @Test
    void nothingIsChosenInTheWarmUpAndBetweenIntervals() {
        assertThat(IntStream.range(0, 30).filter(t -> SCHEDULE.chooses(t, 30)))
                .containsExactly(6, 8, 10, 12, 14, 16, 18, 20, 22);
        assertThat(SCHEDULE.budget(5, 30, 126, 63)).isEqualTo(126);
    }

    @Test
    void lastChoiceStandsFromTheFinalPhaseOn() {
        assertThat(IntStream.range(0, 30).filter(t -> SCHEDULE.fixed(t, 30)))
                .containsExactly(22, 23, 24, 25, 26, 27, 28, 29);
        assertThat(SCHEDULE.follows(21, 30)).isTrue();
        assertThat(SCHEDULE.follows(22, 30)).isFalse();
        assertThat(SCHEDULE.budget(29, 30, 126, 63)).isEqualTo(63);
    }

    @Test
    void budgetNeverGrowsAndReachesItsTargetWithoutAFinalPhaseToo() {
        BudgetSchedule schedule = new BudgetSchedule(0, 0, 3, 0);
        int[] budgets =
                IntStream.range(0, 17).map(t -> schedule.budget(t, 17, 40, 11)).toArray();

        for (int t = 1; t < budgets.length; t++) {
            assertThat(budgets[t]).isLessThanOrEqualTo(budgets[t - 1]);
        }
        assertThat(budgets[16]).isEqualTo(11);
        assertThat(schedule.chooses(16, 17)).isTrue();
        assertThat(schedule.fixed(16, 17)).isTrue();
        assertThat(schedule.fixed(15, 17)).isFalse();
    }

    @Test
    void settingsThatLeaveNoStepToPruneInAreRefused() {
        assertThatThrownBy(() -> new BudgetSchedule(10, 20, 1, 30))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tinit 10");
        assertThatThrownBy(() -> new BudgetSchedule(10, 20, 1, 0).require(30))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no step is left");
        new BudgetSchedule(9, 20, 1, 0).require(30);
    }

    @Test
    void runOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> SCHEDULE.require(40)).hasMessageContaining("the run has 40 steps");
    }

    @Test
    void negativeStepsAndIntervalsOfNoneAreRefused() {
        assertThatThrownBy(() -> new BudgetSchedule(-1, 0, 1, 0)).hasMessageContaining("tinit -1");
        assertThatThrownBy(() -> new BudgetSchedule(0, 0, 0, 0)).hasMessageContaining("deltaT");
    }
}
