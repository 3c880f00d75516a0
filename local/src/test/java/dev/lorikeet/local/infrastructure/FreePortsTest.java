package dev.lorikeet.local.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FreePortsTest {
    @Test
    void aTakenPortIsReplacedAndAFreeOneKept() throws Exception {
        int free = FreePorts.choose(List.of(0)).getFirst();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Integer> chosen = FreePorts.choose(List.of(taken.getLocalPort(), free));

            assertThat(chosen.get(0)).isNotEqualTo(taken.getLocalPort()).isPositive();
            assertThat(chosen.get(1)).isEqualTo(free);
        }
    }

    @Test
    void onePortIsNeverChosenTwice() throws Exception {
        int free = FreePorts.choose(List.of(0)).getFirst();

        assertThat(FreePorts.choose(List.of(free, free, 0, 0))).doesNotHaveDuplicates();
    }
}
