package dev.lorikeet.trainer.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceMeterTest {
    @Test
    void paceIsTokensAndStepsOfTheWindowOverItsSeconds() {
        PaceMeter meter = new PaceMeter(0, 0, Duration.ZERO);

        TrainingProgress.Pace pace = meter.after(2, 10, 300, Duration.ofSeconds(3));

        assertThat(pace.tokensPerSecond()).isEqualTo(100, within(1e-9));
        assertThat(pace.secondsLeft()).isEqualTo(12, within(1e-9));
    }

    @Test
    void onlyRecentStepsCount() {
        PaceMeter meter = new PaceMeter(0, 0, Duration.ZERO);
        TrainingProgress.Pace pace = meter.after(1, 1000, 10, Duration.ofSeconds(100));
        for (int step = 2; step <= 40; step++) {
            pace = meter.after(step, 1000, step * 10L, Duration.ofSeconds(100 + step));
        }

        assertThat(pace.tokensPerSecond()).isEqualTo(10, within(1e-9));
        assertThat(pace.secondsLeft()).isEqualTo(960, within(1e-9));
    }

    @Test
    void resumedTrainingCountsFromWhereItResumed() {
        PaceMeter meter = new PaceMeter(50, 5000, Duration.ofSeconds(7));

        TrainingProgress.Pace pace = meter.after(51, 100, 5100, Duration.ofSeconds(8));

        assertThat(pace.tokensPerSecond()).isEqualTo(100, within(1e-9));
        assertThat(pace.secondsLeft()).isEqualTo(49, within(1e-9));
    }
}
