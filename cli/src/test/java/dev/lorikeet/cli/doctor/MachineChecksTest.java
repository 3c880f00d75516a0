package dev.lorikeet.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.cli.doctor.Check.Level;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MachineChecksTest {

    private static final long GIB = 1L << 30;

    @Test
    void whatCannotWorkFailsAndWhatIsSlowerWarns() {
        assertThat(MachineChecks.jdk(25, "25.0.1").level()).isEqualTo(Level.OK);
        assertThat(MachineChecks.jdk(21, "21").level()).isEqualTo(Level.FAIL);
        assertThat(MachineChecks.cores(1).level()).isEqualTo(Level.WARN);
        assertThat(MachineChecks.memory(2 * GIB).level()).isEqualTo(Level.FAIL);
        assertThat(MachineChecks.memory(4 * GIB).level()).isEqualTo(Level.WARN);
        assertThat(MachineChecks.memory(8 * GIB).level()).isEqualTo(Level.OK);
        assertThat(MachineChecks.disk(GIB, "/data").level()).isEqualTo(Level.WARN);
    }

    @Test
    void bfloat16IsKnownByTheProcessorsFlags() {
        assertThat(MachineChecks.bfloat16(Set.of("amx_bf16", "avx512_bf16")).detail())
                .isEqualTo("AMX");
        assertThat(MachineChecks.bfloat16(Set.of("avx512_bf16")).detail()).isEqualTo("AVX-512");
        assertThat(MachineChecks.bfloat16(Set.of("avx2")).level()).isEqualTo(Level.WARN);
        assertThat(MachineChecks.bfloat16(Set.of()).detail()).isEqualTo("unknown");
    }

    @Test
    void whatIsAbsentComesWithAdvice() {
        assertThat(MachineChecks.gpu(Optional.empty()).level()).isEqualTo(Level.WARN);
        assertThat(MachineChecks.gpu(Optional.of("NVIDIA H200, 141 GiB\n")).detail())
                .isEqualTo("NVIDIA H200, 141 GiB");
        assertThat(MachineChecks.docker(Optional.of("")).advice()).contains("Testcontainers");
        assertThat(MachineChecks.pip(Optional.empty()).advice()).contains("local path");
    }

    @Test
    void aPortIsOursFreeOrTaken() {
        assertThat(MachineChecks.port(7700, "serving", false, true).level()).isEqualTo(Level.OK);
        assertThat(MachineChecks.port(7700, "serving", true, false).detail()).isEqualTo("free, for serving");
        assertThat(MachineChecks.port(7700, "serving", false, false).level()).isEqualTo(Level.WARN);
    }

    @Test
    void thisMachineIsLookedAtWithoutFailing() {
        assertThat(Machine.memory()).isPositive();
        assertThat(Machine.output("no-such-program-of-lorikeet")).isEmpty();
        assertThat(Machine.output("sh", "-c", "echo hello")).contains("hello\n");
        assertThat(Machine.output("sh", "-c", "echo hello; exit 1")).isEmpty();
    }
}
