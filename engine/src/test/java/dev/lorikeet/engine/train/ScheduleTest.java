package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void warmUpRisesInAStraightLineToThePeak() {
        Schedule schedule = Schedule.cosine(1.0, 3);

        assertThat(schedule.rate(0, 10)).isEqualTo(0.25);
        assertThat(schedule.rate(1, 10)).isEqualTo(0.5);
        assertThat(schedule.rate(2, 10)).isEqualTo(0.75);
        assertThat(schedule.rate(3, 10)).isEqualTo(1.0);
    }

    @Test
    void cosineIsHalfWayDownInTheMiddleAndNearZeroAtTheEnd() {
        Schedule schedule = Schedule.cosine(2.0, 0);

        assertThat(schedule.rate(0, 100)).isEqualTo(2.0);
        assertThat(schedule.rate(50, 100)).isCloseTo(1.0, within(1e-12));
        assertThat(schedule.rate(99, 100)).isBetween(0.0, 0.001).isNotZero();
    }

    @Test
    void linearFallsByTheSameAmountEachStep() {
        Schedule schedule = new Schedule(Schedule.Shape.LINEAR, 1.0, 2);

        assertThat(schedule.rate(2, 6)).isEqualTo(1.0);
        assertThat(schedule.rate(3, 6)).isEqualTo(0.75);
        assertThat(schedule.rate(5, 6)).isEqualTo(0.25);
    }

    @Test
    void constantStays() {
        assertThat(Schedule.constant(0.3).rate(0, 7)).isEqualTo(0.3);
        assertThat(Schedule.constant(0.3).rate(6, 7)).isEqualTo(0.3);
    }

    @Test
    void runShorterThanItsWarmUpNeverReachesThePeak() {
        assertThat(Schedule.cosine(1.0, 9).rate(4, 5)).isEqualTo(0.5);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> Schedule.constant(0)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> Schedule.constant(Double.NaN)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> Schedule.cosine(1, -1)).hasMessageContaining("warm-up");
        assertThatThrownBy(() -> Schedule.constant(1).rate(5, 5)).hasMessageContaining("step 5");
    }
}
