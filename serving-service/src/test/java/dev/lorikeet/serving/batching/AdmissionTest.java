package dev.lorikeet.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.serving.batching.Admission.Decision;
import dev.lorikeet.tenancy.TenantId;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");

    @Test
    void oneTenantCannotFillTheHouse() {
        Admission admission = new Admission(3, 2);
        assertThat(admission.enter(ACME)).isEqualTo(Decision.ENTERED);
        assertThat(admission.enter(ACME)).isEqualTo(Decision.ENTERED);

        assertThat(admission.enter(ACME)).isEqualTo(Decision.TENANT_FULL);
        assertThat(admission.enter(GLOBEX)).isEqualTo(Decision.ENTERED);
        assertThat(admission.enter(GLOBEX)).isEqualTo(Decision.FULL);
    }

    @Test
    void leavingMakesRoomAgain() {
        Admission admission = new Admission(1, 1);
        admission.enter(ACME);
        admission.leave(ACME);

        assertThat(admission.total()).isZero();
        assertThat(admission.enter(GLOBEX)).isEqualTo(Decision.ENTERED);
        assertThatThrownBy(() -> admission.leave(ACME)).isInstanceOf(IllegalStateException.class);
    }
}
