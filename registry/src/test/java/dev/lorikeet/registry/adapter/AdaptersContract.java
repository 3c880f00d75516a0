package dev.lorikeet.registry.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.store.Conflict;
import dev.lorikeet.registry.store.FailedPrecondition;
import dev.lorikeet.registry.store.Invalid;
import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What adapters must do over every store; each test has a tenant of its own. */
abstract class AdaptersContract {
    private static final AdapterName SUPPORT = new AdapterName("support");
    private static final AliasName PRODUCTION = new AliasName("production");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private final TenantId tenant = new TenantId(UUID.randomUUID().toString());

    @TempDir
    Path folder;

    abstract ObjectStore store();

    private Adapters adapters() {
        return Registry.over(store()).adapters();
    }

    @Test
    void aPublishedAdapterIsLoadedWhole() throws Exception {
        Version version = publish("job-1", "one");

        assertThat(version.number()).isEqualTo(1);
        assertThat(version.origin()).isEqualTo(new Origin(new JobId("job-1"), 1));
        assertThat(version.description()).isEqualTo(description());
        assertThat(version.createdAt()).isEqualTo(NOW);
        assertThat(adapters().newest(tenant, SUPPORT)).contains(version);

        LoadedRevision loaded = adapters().load(tenant, SUPPORT, version.revision());
        assertThat(loaded.files()).containsOnlyKeys("adapter_config.json", "adapter_model.safetensors");
        assertThat(loaded.files().get("adapter_model.safetensors")).isEqualTo(bytes("one"));
        assertThat(loaded.manifest().baseModel()).isEqualTo(description().baseModel());
        assertThat(loaded.manifest().method()).isEqualTo("dora");

        Path target = folder.resolve("loaded");
        adapters().download(tenant, SUPPORT, version.revision(), target);
        assertThat(Files.readAllBytes(target.resolve("adapter_model.safetensors")))
                .isEqualTo(bytes("one"));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void aFolderIsPublishedAsItsFiles() throws Exception {
        Path files = Files.createDirectory(folder.resolve("adapter"));
        Files.write(files.resolve("adapter_model.safetensors"), bytes("one"));
        Files.write(files.resolve("adapter_config.json"), bytes("{}"));

        Version fromFolder = adapters()
                .publish(
                        new Publication(tenant, SUPPORT, origin("job-1"), FileSet.ofFolder(files), description()), NOW);

        assertThat(fromFolder.revision()).isEqualTo(publish("job-2", "one").revision());
    }

    @Test
    void sixteenPublishersOfOneJobMakeOneVersion() throws Exception {
        List<Callable<Version>> publishers = new ArrayList<>();
        for (int attempt = 1; attempt <= 16; attempt++) {
            Publication publication = new Publication(
                    tenant,
                    SUPPORT,
                    new Origin(new JobId("the-job"), attempt),
                    // Late attempts on other hardware may have other bits.
                    files("weights of attempt " + attempt % 4),
                    description());
            publishers.add(() -> adapters().publish(publication, NOW));
        }

        List<Version> outcomes = atOnce(publishers);

        assertThat(new HashSet<>(outcomes)).hasSize(1);
        assertThat(adapters().versions(tenant, SUPPORT)).containsExactly(outcomes.getFirst());
        assertThat(adapters().load(tenant, SUPPORT, outcomes.getFirst().revision()))
                .isNotNull();
    }

    @Test
    void sixteenJobsAtOnceMakeDenseVersions() throws Exception {
        List<Callable<Version>> publishers = new ArrayList<>();
        for (int job = 1; job <= 16; job++) {
            String name = "job-" + job;
            // Two attempts of each.
            publishers.add(() -> publish(name, name));
            publishers.add(() -> publish(name, name));
        }

        List<Version> outcomes = atOnce(publishers);

        assertThat(outcomes.stream().map(Version::number).distinct().sorted())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 16).mapToObj(Long::valueOf).toList());
        assertThat(adapters().versions(tenant, SUPPORT).stream()
                        .map(version -> version.origin().job())
                        .distinct())
                .hasSize(16);
    }

    @Test
    void aRepeatedPublicationReturnsTheFirstOutcome() {
        Version first = publish("job-1", "one");
        publish("job-2", "two");

        assertThat(publish("job-1", "other bits")).isEqualTo(first);
        assertThat(adapters().versionOfJob(tenant, SUPPORT, new JobId("job-1"))).contains(first);
        assertThat(adapters().versionOfJob(tenant, SUPPORT, new JobId("job-3"))).isEmpty();
        assertThat(adapters().versions(tenant, SUPPORT)).hasSize(2);
    }

    @Test
    void aDeletedVersionIsGoneAndItsNumberAndJobStayTaken() {
        publish("job-1", "one");
        Version second = publish("job-2", "two");

        adapters().deleteVersion(tenant, SUPPORT, 2);

        assertThatThrownBy(() -> resolve(new Selector.Numbered(2))).isInstanceOf(NotFound.class);
        assertThat(resolve(new Selector.Newest()).number()).isEqualTo(1);
        assertThatThrownBy(() -> adapters().load(tenant, SUPPORT, second.revision()))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> adapters().deleteVersion(tenant, SUPPORT, 2)).isInstanceOf(NotFound.class);
        assertThat(publish("job-2", "two")).isEqualTo(second);
        assertThat(publish("job-3", "three").number()).isEqualTo(3);
    }

    @Test
    void filesThatAnotherVersionSharesStay() {
        Version first = publish("job-1", "same");
        Version second = publish("job-2", "same");
        assertThat(second.revision()).isEqualTo(first.revision());

        adapters().deleteVersion(tenant, SUPPORT, 1);

        assertThat(adapters().load(tenant, SUPPORT, second.revision()).files()).hasSize(2);
        adapters().deleteVersion(tenant, SUPPORT, 2);
        assertThat(Listing.all(store(), "tenants/" + tenant + "/adapters/support/revisions/"))
                .isEmpty();
    }

    @Test
    void anAliasMovesOnlyFromTheGenerationThatWasSeen() {
        publish("job-1", "one");
        publish("job-2", "two");

        Alias first = setAlias(OptionalLong.of(0), new AliasTarget(1, 1));
        assertThat(first.generation()).isEqualTo(1);
        assertThat(resolve(new Selector.Default()).number()).isEqualTo(1);
        assertThat(resolve(new Selector.Named(PRODUCTION)).number()).isEqualTo(1);

        assertThatThrownBy(() -> setAlias(OptionalLong.of(0), new AliasTarget(2, 1)))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("generation 1");
        assertThat(setAlias(OptionalLong.of(1), new AliasTarget(2, 1)).generation())
                .isEqualTo(2);
        assertThat(resolve(new Selector.Default()).number()).isEqualTo(2);

        adapters().deleteAlias(tenant, SUPPORT, PRODUCTION, NOW);
        adapters().deleteAlias(tenant, SUPPORT, PRODUCTION, NOW);
        assertThatThrownBy(() -> resolve(new Selector.Named(PRODUCTION))).isInstanceOf(NotFound.class);
        assertThat(resolve(new Selector.Default()).number()).isEqualTo(2);
        assertThat(setAlias(OptionalLong.empty(), new AliasTarget(1, 1)).generation())
                .isEqualTo(4);
    }

    @Test
    void ofManyWhoMoveAnAliasFromOneGenerationOneWins() throws Exception {
        publish("job-1", "one");
        List<Callable<Boolean>> movers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            movers.add(() -> {
                try {
                    setAlias(OptionalLong.of(0), new AliasTarget(1, 1));
                    return true;
                } catch (Conflict e) {
                    return false;
                }
            });
        }

        assertThat(atOnce(movers)).containsOnlyOnce(true);
    }

    @Test
    void aCanaryIsChosenByItsWeights() {
        publish("job-1", "one");
        publish("job-2", "two");
        setAlias(OptionalLong.empty(), new AliasTarget(1, 9), new AliasTarget(2, 1));
        Alias alias = adapters().state(tenant, SUPPORT).aliases().getFirst();
        Random random = new Random(42);

        long ofTheCanary = IntStream.range(0, 10_000)
                .filter(i -> alias.choose(random) == 2)
                .count();

        // Binomial with n = 10,000 and p = 0.1: five standard deviations are 150.
        assertThat(ofTheCanary).isBetween(850L, 1150L);
        assertThat(resolve(new Selector.Default()).number()).isIn(1L, 2L);
    }

    @Test
    void aVersionWithAnAliasCannotBeDeleted() {
        publish("job-1", "one");
        publish("job-2", "two");
        setAlias(OptionalLong.empty(), new AliasTarget(1, 1));

        assertThatThrownBy(() -> adapters().deleteVersion(tenant, SUPPORT, 1))
                .isInstanceOf(FailedPrecondition.class)
                .hasMessageContaining("production");

        setAlias(OptionalLong.empty(), new AliasTarget(2, 1));
        adapters().deleteVersion(tenant, SUPPORT, 1);
        assertThatThrownBy(() -> setAlias(OptionalLong.empty(), new AliasTarget(1, 1)))
                .isInstanceOf(NotFound.class);
        assertThat(resolve(new Selector.Default()).number()).isEqualTo(2);
    }

    @Test
    void senselessAliasesAreRefused() {
        publish("job-1", "one");

        assertThatThrownBy(() -> setAlias(OptionalLong.empty())).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> setAlias(OptionalLong.empty(), new AliasTarget(1, 0)))
                .isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> setAlias(OptionalLong.empty(), new AliasTarget(1, 1), new AliasTarget(1, 2)))
                .isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> setAlias(OptionalLong.empty(), new AliasTarget(7, 1)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void aDeletedAdapterIsGoneAndCountsOnWhenMadeAgain() {
        publish("job-1", "one");
        publish("job-2", "two");
        setAlias(OptionalLong.empty(), new AliasTarget(1, 1));

        adapters().deleteAdapter(tenant, SUPPORT, NOW);
        adapters().deleteAdapter(tenant, SUPPORT, NOW);

        assertThat(adapters().state(tenant, SUPPORT).deleted()).isTrue();
        assertThat(adapters().state(tenant, SUPPORT).aliases()).isEmpty();
        assertThat(adapters().versions(tenant, SUPPORT)).isEmpty();
        assertThat(adapters().list(tenant, 10, "").adapters()).isEmpty();
        assertThatThrownBy(() -> resolve(new Selector.Default())).isInstanceOf(NotFound.class);
        assertThat(publish("job-3", "three").number()).isEqualTo(3);
        assertThat(adapters().list(tenant, 10, "").adapters()).hasSize(1);
    }

    @Test
    void adaptersAreListedPageByPageWithoutTheDeleted() {
        List<String> names = List.of("a", "a-b", "ab", "b", "gone", "z");
        for (String name : names) {
            publish(new AdapterName(name), "job-1", name);
        }
        adapters().deleteAdapter(tenant, new AdapterName("gone"), NOW);

        for (int size = 1; size <= 7; size++) {
            List<String> listed = new ArrayList<>();
            String token = "";
            do {
                AdapterPage page = adapters().list(tenant, size, token);
                assertThat(page.adapters()).hasSizeLessThanOrEqualTo(size);
                page.adapters().forEach(state -> listed.add(state.adapter().value()));
                token = page.nextPageToken();
            } while (!token.isEmpty());
            assertThat(listed).containsExactlyInAnyOrder("a", "a-b", "ab", "b", "z");
        }
        assertThatThrownBy(() -> adapters().list(tenant, 1, "../other")).isInstanceOf(Invalid.class);
    }

    @Test
    void anotherTenantSeesNothing() {
        Version version = publish("job-1", "one");
        TenantId other = new TenantId(UUID.randomUUID().toString());

        assertThat(adapters().versions(other, SUPPORT)).isEmpty();
        assertThat(adapters().list(other, 10, "").adapters()).isEmpty();
        assertThatThrownBy(() -> adapters().load(other, SUPPORT, version.revision()))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> adapters().resolve(other, SUPPORT, new Selector.Default(), new Random(1)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void aRevisionMustBeADigest() {
        assertThatThrownBy(() -> adapters().load(tenant, SUPPORT, "../../../other"))
                .isInstanceOf(Invalid.class);
    }

    private Version publish(String job, String weights) {
        return publish(SUPPORT, job, weights);
    }

    private Version publish(AdapterName adapter, String job, String weights) {
        return adapters().publish(new Publication(tenant, adapter, origin(job), files(weights), description()), NOW);
    }

    private Version resolve(Selector selector) {
        return adapters().resolve(tenant, SUPPORT, selector, new Random(1));
    }

    private Alias setAlias(OptionalLong expected, AliasTarget... targets) {
        return adapters().setAlias(tenant, SUPPORT, PRODUCTION, List.of(targets), expected, NOW);
    }

    private static Origin origin(String job) {
        return new Origin(new JobId(job), 1);
    }

    private static FileSet files(String weights) {
        return FileSet.of(Map.of("adapter_model.safetensors", bytes(weights), "adapter_config.json", bytes("{}")));
    }

    private static Description description() {
        return new Description(
                new BaseModelRef("tiny", "ab".repeat(32)),
                "LORA",
                "dora",
                1234,
                Map.of("final_loss", 0.25, "steps", 30.0),
                Map.of("team", "support"));
    }

    private static <T> List<T> atOnce(List<Callable<T>> tasks) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
        }
        return results;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
