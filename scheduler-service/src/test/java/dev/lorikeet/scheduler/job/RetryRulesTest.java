package dev.lorikeet.scheduler.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.job.RetryRules.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetryRulesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final RetryRules rules = new RetryRules(5, Duration.ofSeconds(5), Duration.ofSeconds(15));

    @Test
    void faultsOfTheRequestAreNeverRetried() {
        for (FailureKind kind :
                new FailureKind[] {FailureKind.INVALID_INPUT, FailureKind.OUT_OF_MEMORY, FailureKind.DIVERGED}) {
            assertThat(rules.judge(kind, 1, NOW)).isEqualTo(new Verdict.GiveUp());
        }
    }

    @Test
    void transientFaultsWaitTwiceAsLongEachTimeUpToTheLongest() {
        assertThat(rules.judge(FailureKind.TRANSIENT, 1, NOW)).isEqualTo(new Verdict.Retry(NOW.plusSeconds(5)));
        assertThat(rules.judge(FailureKind.INTERNAL, 2, NOW)).isEqualTo(new Verdict.Retry(NOW.plusSeconds(10)));
        assertThat(rules.judge(FailureKind.TRANSIENT, 3, NOW)).isEqualTo(new Verdict.Retry(NOW.plusSeconds(15)));
        assertThat(rules.judge(FailureKind.TRANSIENT, 4, NOW)).isEqualTo(new Verdict.Retry(NOW.plusSeconds(15)));
    }

    @Test
    void lostTrainersAreReplacedAtOnce() {
        assertThat(rules.judge(FailureKind.LEASE_EXPIRED, 1, NOW)).isEqualTo(new Verdict.Retry(NOW));
    }

    @Test
    void lastAttemptIsTheLast() {
        assertThat(rules.judge(FailureKind.TRANSIENT, 5, NOW)).isEqualTo(new Verdict.GiveUp());
        assertThat(rules.judge(FailureKind.LEASE_EXPIRED, 5, NOW)).isEqualTo(new Verdict.GiveUp());
    }
}
