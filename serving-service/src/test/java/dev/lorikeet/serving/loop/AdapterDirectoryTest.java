package dev.lorikeet.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.AdapterReference;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.AliasTarget;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Description;
import dev.lorikeet.registry.adapter.FileSet;
import dev.lorikeet.registry.adapter.Origin;
import dev.lorikeet.registry.adapter.Publication;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdapterDirectoryTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final AdapterName TRIAGE = new AdapterName("triage");
    private static final BaseModelRef BASE = new BaseModelRef("tiny", "d".repeat(64));
    private static final Duration TTL = Duration.ofSeconds(30);

    private final FailingStore store = new FailingStore(new InMemoryObjectStore());
    private final Adapters adapters = Registry.over(store).adapters();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger jobs = new AtomicInteger();
    private final AdapterDirectory directory = new AdapterDirectory(adapters, BASE, TTL, new Random(1), clock::get);

    @Test
    void bareNameMeansProductionAndElseTheNewest() {
        publish(ACME, BASE);
        publish(ACME, BASE);
        assertThat(find("triage").version()).isEqualTo(2);

        alias("production", 1);
        changed();
        assertThat(find("triage").version()).isEqualTo(1);
        assertThat(find("triage@2").version()).isEqualTo(2);
    }

    @Test
    void aliasWithSeveralTargetsSharesRequestsByWeight() {
        publish(ACME, BASE);
        publish(ACME, BASE);
        adapters.setAlias(
                ACME,
                TRIAGE,
                new AliasName("canary"),
                List.of(new AliasTarget(1, 3), new AliasTarget(2, 1)),
                OptionalLong.empty(),
                Instant.EPOCH);

        long first = IntStream.range(0, 1000)
                .filter(i -> find("triage:canary").version() == 1)
                .count();

        assertThat(first).isBetween(650L, 850L);
    }

    @Test
    void whatIsKnownIsNotAskedForAgainUntilAnEventOrTheTimeToLive() {
        publish(ACME, BASE);
        find("triage");
        int calls = store.calls.get();
        find("triage");
        assertThat(store.calls).hasValue(calls);

        publish(ACME, BASE);
        assertThat(find("triage").version()).isEqualTo(1);
        changed();
        assertThat(find("triage").version()).isEqualTo(2);

        publish(ACME, BASE);
        clock.addAndGet(TTL.toNanos());
        assertThat(find("triage").version()).isEqualTo(3);
    }

    @Test
    void withTheStoreAwayWhatWasKnownGoesOn() {
        publish(ACME, BASE);
        find("triage");
        store.away = true;
        clock.addAndGet(TTL.toNanos() * 10);

        assertThat(find("triage").version()).isEqualTo(1);
        assertRejected("other", ACME, Code.UNAVAILABLE);
    }

    @Test
    void withTheStoreAwayWhatIsKnownToBeDeletedIsNotServed() {
        publish(ACME, BASE);
        find("triage");
        store.away = true;
        directory.changed(ACME, TRIAGE, true);

        assertRejected("triage", ACME, Code.UNAVAILABLE);
    }

    @Test
    void othersAdaptersAndUnknownOnesLookTheSame() {
        publish(ACME, BASE);

        Rejection others = assertRejected("triage", GLOBEX, Code.NOT_FOUND);
        Rejection unknown = assertRejected("triage", new TenantId("initech"), Code.NOT_FOUND);
        Rejection version = assertRejected("triage@9", ACME, Code.NOT_FOUND);
        Rejection alias = assertRejected("triage:nothing", ACME, Code.NOT_FOUND);

        assertThat(List.of(unknown, version, alias)).containsOnly(others);
    }

    @Test
    void deletedVersionIsNotFoundOnceItsEventCame() {
        publish(ACME, BASE);
        publish(ACME, BASE);
        assertThat(find("triage@1").version()).isEqualTo(1);

        adapters.deleteVersion(ACME, TRIAGE, 1);
        changed();

        assertRejected("triage@1", ACME, Code.NOT_FOUND);
    }

    @Test
    void adapterOfAnotherBaseModelIsRefused() {
        publish(ACME, new BaseModelRef("tiny", "e".repeat(64)));
        assertThat(assertRejected("triage", ACME, Code.FAILED_PRECONDITION).message())
                .contains("tiny", "eeeeeeeeeeee", "dddddddddddd");
    }

    @Test
    void withoutADigestTheBaseModelsNameDecides() {
        publish(ACME, new BaseModelRef("tiny", ""));
        assertThat(find("triage").version()).isEqualTo(1);

        publish(ACME, new BaseModelRef("large", ""));
        changed();
        assertRejected("triage", ACME, Code.FAILED_PRECONDITION);
    }

    private RevisionRef find(String model) {
        return directory.find(ACME, AdapterReference.parse(model));
    }

    private Rejection assertRejected(String model, TenantId tenant, Code code) {
        RejectedException rejected = catchThrowableOfType(
                RejectedException.class, () -> directory.find(tenant, AdapterReference.parse(model)));
        assertThat(rejected.rejection().code()).isEqualTo(code);
        return rejected.rejection();
    }

    private void changed() {
        directory.changed(ACME, TRIAGE, false);
    }

    private void alias(String name, long version) {
        adapters.setAlias(
                ACME,
                TRIAGE,
                new AliasName(name),
                List.of(new AliasTarget(version, 1)),
                OptionalLong.empty(),
                Instant.EPOCH);
    }

    private Version publish(TenantId tenant, BaseModelRef base) {
        int number = jobs.incrementAndGet();
        return adapters.publish(
                new Publication(
                        tenant,
                        TRIAGE,
                        new Origin(JobId.derive(tenant, "job-" + number), 1),
                        FileSet.of(Map.of("adapter_config.json", new byte[] {(byte) number})),
                        new Description(base, "LORA", "lora", 100, Map.of(), Map.of())),
                Instant.EPOCH);
    }
}
