package dev.lorikeet.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.serving.generation.Ask;
import dev.lorikeet.serving.generation.FinishReason;
import dev.lorikeet.serving.generation.Prompt;
import dev.lorikeet.serving.generation.Sampling;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.serving.tiny.TinyAdapter;
import dev.lorikeet.serving.tiny.TinyModel;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a request over a real engine and registry. */
class ServingCoreTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final AdapterName TRIAGE = new AdapterName("triage");

    @TempDir
    static Path folder;

    private static BaseModel base;
    private static BaseModelRef reference;

    private final InMemoryObjectStore memory = new InMemoryObjectStore();
    private final FailingStore store = new FailingStore(memory);
    private final Adapters adapters = Registry.over(store).adapters();
    private final List<UsageSink.Usage> usage = new CopyOnWriteArrayList<>();
    private final List<AdapterState> announced = new CopyOnWriteArrayList<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private ServingCore core;

    @BeforeAll
    static void loadModel() {
        base = TinyModel.load(TinyModel.write(folder.resolve("model")));
        reference = new BaseModelRef(base.name(), base.digest());
    }

    @AfterAll
    static void closeModel() {
        base.close();
    }

    @BeforeEach
    void start() {
        SilentObserver silent = new SilentObserver();
        core = ServingCore.start(
                base,
                adapters,
                new ServingSettings(
                        new ServingSettings.Batch(8, TinyModel.CONTEXT, 16),
                        new ServingSettings.House(200, 150, 2000),
                        new ServingSettings.Memory(1 << 20, 100, Duration.ofSeconds(2), 2, folder.resolve("scratch")),
                        new ServingSettings.Texts(64, 256),
                        Duration.ofHours(1)),
                new ServingCore.Listeners(silent, silent, usage::add, announced::add));
    }

    @AfterEach
    void nothingIsLeftBehind() {
        callers.close();
        core.loop().close();
        assertThat(core.pool().leases()).isZero();
        assertThat(core.calls()).isZero();
        core.close();
    }

    @Test
    void rowsOfAMixedBatchEqualTheirSoloRows() throws Exception {
        List<String> models = new ArrayList<>(List.of(""));
        for (int i = 1; i <= 4; i++) {
            AdapterName name = new AdapterName("a" + i);
            TinyAdapter.publish(adapters, ACME, name, reference, i);
            models.add(name.value());
        }
        List<Ask> asks = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            asks.add(ask(models.get(i % 5), "request number " + "x".repeat(i * 5), 20 + i));
        }
        List<Result> solo = new ArrayList<>();
        for (Ask ask : asks) {
            solo.add(generate(ACME, ask));
        }
        List<Future<Result>> together = new ArrayList<>();
        for (Ask ask : asks) {
            together.add(callers.submit(() -> generate(ACME, ask)));
        }

        for (int i = 0; i < asks.size(); i++) {
            assertThat(together.get(i).get()).as(asks.get(i).toString()).isEqualTo(solo.get(i));
        }
        assertThat(solo.get(1).text())
                .isNotEqualTo(generate(ACME, ask("", "request number " + "x".repeat(5), 21))
                        .text());
    }

    @Test
    void sameSeedGivesTheSameTextWhateverElseRuns() throws Exception {
        Sampling sampled = new Sampling(1.2, 40, 0.95, 0, 1.1, OptionalLong.of(7));
        Ask ask = new Ask("", new Prompt.Text("once upon"), 30, sampled, List.of());
        Result alone = generate(ACME, ask);
        List<Future<Result>> noise = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Ask other = ask("", "noise " + i, 40);
            noise.add(callers.submit(() -> generate(GLOBEX, other)));
        }

        assertThat(generate(ACME, ask)).isEqualTo(alone);
        for (Future<Result> result : noise) {
            result.get();
        }
    }

    @Test
    void answerEndsBeforeTheStopString() throws InterruptedException {
        String whole = generate(ACME, ask("", "tell me", 40)).text();
        String stop = whole.substring(5, 8);

        Result stopped = generate(ACME, new Ask("", new Prompt.Text("tell me"), 40, Sampling.GREEDY, List.of(stop)));

        assertThat(stopped.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(stopped.reason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void conversationIsRenderedAndAnswered() throws InterruptedException {
        Ask ask = new Ask(
                "tiny",
                new Prompt.Conversation(
                        List.of(new Prompt.Turn("system", "be brief"), new Prompt.Turn("user", "hello"))),
                8,
                Sampling.GREEDY,
                List.of());

        Result result = generate(ACME, ask);

        assertThat(result.completionTokens()).isBetween(1, 8);
        assertThat(usage).singleElement().satisfies(u -> {
            assertThat(u.tenant()).isEqualTo(ACME);
            assertThat(u.adapter()).isEmpty();
            assertThat(u.completionTokens()).isEqualTo(result.completionTokens());
        });
    }

    @Test
    void hundredColdRequestsCauseOneDownload() throws Exception {
        TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 1);
        store.opened.clear();
        List<Future<Result>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            results.add(callers.submit(() -> generate(ACME, ask("triage", "hello", 3))));
        }
        for (Future<Result> result : results) {
            result.get();
        }

        assertThat(store.opened.stream().filter(key -> key.endsWith("adapter_model.safetensors")))
                .hasSize(1);
    }

    @Test
    void hotSwapLetsRequestsInFlightEndOnTheirRevision() throws Exception {
        Version first = TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 1);
        String firstText = generate(ACME, ask("triage", "hello", 100)).text();
        Inference.Call running =
                core.inference().open(ACME, ask("triage", "hello", 100), new CallScope(Long.MAX_VALUE));

        Version second = TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 2);
        assertThat(generate(ACME, ask("triage", "hello", 5)).version()).isEqualTo(first.number());
        core.changes().seen(ACME, TRIAGE, false);
        Result after = generate(ACME, ask("triage", "hello", 100));

        assertThat(after.version()).isEqualTo(second.number());
        assertThat(after.text()).isNotEqualTo(firstText);
        assertThat(collect(running).text()).isEqualTo(firstText);
        assertThat(generate(ACME, ask("triage@1", "hello", 100)).text()).isEqualTo(firstText);
    }

    @Test
    void deletedVersionDrainsAndIsThenNotFound() throws Exception {
        TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 1);
        Inference.Call running =
                core.inference().open(ACME, ask("triage", "hello", 100), new CallScope(Long.MAX_VALUE));
        adapters.deleteVersion(ACME, TRIAGE, 1);
        core.changes().announce(ACME, TRIAGE);

        assertThat(rejection(ACME, "triage").code()).isEqualTo(Code.NOT_FOUND);
        assertThat(collect(running).completionTokens()).isPositive();
        assertThat(announced).singleElement().matches(AdapterState::deleted);
        while (!core.pool().ready().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void tenantsSeeOnlyTheirOwn() throws InterruptedException {
        TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 1);
        assertThat(generate(ACME, ask("triage", "hello", 3)).version()).isEqualTo(1);

        Rejection others = rejection(GLOBEX, "triage");

        assertThat(others.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(others).isEqualTo(rejection(new TenantId("initech"), "triage"));
    }

    @Test
    void damagedAdapterIsRefusedAndServedOnceItIsMended() throws InterruptedException {
        Version version = TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 1);
        String key = "tenants/acme/adapters/triage/revisions/" + version.revision() + "/adapter_model.safetensors";
        byte[] good = memory.get(key);
        byte[] swapped = good.clone();
        swapped[swapped.length - 1] ^= 1;

        memory.damage(key, Arrays.copyOf(good, good.length - 7));
        assertThat(rejection(ACME, "triage").code()).isEqualTo(Code.DATA_LOSS);
        memory.damage(key, swapped);
        assertThat(rejection(ACME, "triage").code()).isEqualTo(Code.DATA_LOSS);
        memory.damage(key, good);
        assertThat(generate(ACME, ask("triage", "hello", 3)).version()).isEqualTo(1);
    }

    @Test
    void adapterThatDoesNotFitTheModelIsRefused() {
        TinyAdapter.publishMisfit(adapters, ACME, TRIAGE, reference);

        Rejection rejection = rejection(ACME, "triage");

        assertThat(rejection.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(rejection.message()).contains("q_proj");
    }

    @Test
    void withTheStoreAwayResidentAdaptersGoOn() throws InterruptedException {
        TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 1);
        Result before = generate(ACME, ask("triage", "hello", 10));
        store.away = true;
        core.changes().seen(ACME, TRIAGE, false);

        assertThat(generate(ACME, ask("triage", "hello", 10))).isEqualTo(before);
        assertThat(rejection(ACME, "another").code()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void callerThatGoesAwayFreesWhatItHeld() throws Exception {
        TinyAdapter.publish(adapters, ACME, TRIAGE, reference, 1);
        CallScope scope = new CallScope(Long.MAX_VALUE);
        try (Inference.Call call = core.inference().open(ACME, ask("triage", "hello", 240), scope)) {
            call.take();
            scope.cancel();
            Answer.Piece last = call.take();
            while (last instanceof Answer.Text) {
                last = call.take();
            }
            assertThat(last)
                    .isInstanceOfSatisfying(
                            Answer.Failed.class,
                            f -> assertThat(f.rejection().code()).isEqualTo(Code.CANCELLED));
            assertThat(core.pool().leases()).isZero();
        }
        assertThat(usage).isEmpty();
    }

    @Test
    void passedDeadlineEndsTheCall() throws InterruptedException {
        try (Inference.Call call =
                core.inference().open(ACME, ask("", "hello", 240), new CallScope(System.nanoTime() + 1))) {
            assertThat(call.take())
                    .isInstanceOfSatisfying(
                            Answer.Failed.class,
                            f -> assertThat(f.rejection().code()).isEqualTo(Code.DEADLINE_EXCEEDED));
        }
    }

    @Test
    void promptThatDoesNotFitTheContextIsInvalid() {
        Rejection rejection = catchThrowableOfType(
                        RejectedException.class, () -> generate(ACME, ask("", "word ".repeat(300), 5)))
                .rejection();

        assertThat(rejection.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(rejection.field()).isEqualTo("prompt");
    }

    private record Result(String text, FinishReason reason, int completionTokens, long version) {}

    private static Ask ask(String model, String prompt, int maxTokens) {
        return new Ask(model, new Prompt.Text(prompt), maxTokens, Sampling.GREEDY, List.of());
    }

    private Rejection rejection(TenantId tenant, String model) {
        return catchThrowableOfType(RejectedException.class, () -> generate(tenant, ask(model, "hello", 3)))
                .rejection();
    }

    private Result generate(TenantId tenant, Ask ask) throws InterruptedException {
        return collect(core.inference().open(tenant, ask, new CallScope(Long.MAX_VALUE)));
    }

    private static Result collect(Inference.Call call) throws InterruptedException {
        try (call) {
            StringBuilder text = new StringBuilder();
            while (true) {
                switch (call.take()) {
                    case Answer.Text(String more) -> text.append(more);
                    case Answer.Failed(Rejection rejection) -> throw rejection.asException();
                    case Answer.Finished(FinishReason reason, int prompt, int completion) -> {
                        return new Result(
                                text.toString(),
                                reason,
                                completion,
                                call.adapter().map(RevisionRef::version).orElse(0L));
                    }
                }
            }
        }
    }
}
