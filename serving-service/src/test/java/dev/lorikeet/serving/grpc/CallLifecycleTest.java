package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallLifecycleTest {
    @Test
    void timeoutHeaderBecomesADeadline() {
        assertThat(CallLifecycle.deadline("5S", 100)).isEqualTo(5_000_000_100L);
        assertThat(CallLifecycle.deadline("250m", 100)).isEqualTo(250_000_100L);
        assertThat(CallLifecycle.deadline("7u", 100)).isEqualTo(7_100L);
        assertThat(CallLifecycle.deadline("0n", 100)).isEqualTo(100L);
        assertThat(CallLifecycle.deadline("2H", 0)).isEqualTo(7_200_000_000_000L);
    }

    @Test
    void withoutAGoodOneACallMayLast() {
        assertThat(CallLifecycle.deadline(null, 100)).isEqualTo(Long.MAX_VALUE);
        assertThat(CallLifecycle.deadline("", 100)).isEqualTo(Long.MAX_VALUE);
        assertThat(CallLifecycle.deadline("5", 100)).isEqualTo(Long.MAX_VALUE);
        assertThat(CallLifecycle.deadline("-5S", 100)).isEqualTo(Long.MAX_VALUE);
        assertThat(CallLifecycle.deadline("5x", 100)).isEqualTo(Long.MAX_VALUE);
        assertThat(CallLifecycle.deadline("99999999H", 100)).isEqualTo(Long.MAX_VALUE);
    }
}
