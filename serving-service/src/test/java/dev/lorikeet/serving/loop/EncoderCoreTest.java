package dev.lorikeet.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.serving.encoding.Classification;
import dev.lorikeet.serving.encoding.Classification.Score;
import dev.lorikeet.serving.encoding.EmbedOptions;
import dev.lorikeet.serving.encoding.EmbedOptions.Pooling;
import dev.lorikeet.serving.encoding.EncodeAsk;
import dev.lorikeet.serving.encoding.EncodeAsk.Input;
import dev.lorikeet.serving.loop.EncoderInference.Reply;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.serving.tiny.TinyAdapter;
import dev.lorikeet.serving.tiny.TinyEncoder;
import dev.lorikeet.serving.tiny.TinyModel;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of texts to a real encoder and back. */
@Timeout(120)
class EncoderCoreTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final AdapterName MOOD = new AdapterName("mood");
    private static final AdapterName TOPIC = new AdapterName("topic");
    private static final EmbedOptions MEAN = new EmbedOptions(Pooling.MEAN, false);

    @TempDir
    static Path folder;

    private static BaseModel base;
    private static BaseModelRef reference;

    private final Adapters adapters = Registry.over(new InMemoryObjectStore()).adapters();
    private final List<UsageSink.Usage> usage = new CopyOnWriteArrayList<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private ServingCore core;

    @BeforeAll
    static void loadModel() {
        base = TinyEncoder.load(TinyEncoder.write(folder.resolve("model")));
        reference = new BaseModelRef(base.name(), base.digest());
    }

    @AfterAll
    static void closeModel() {
        base.close();
    }

    @BeforeEach
    void start() {
        core = start(base);
    }

    private ServingCore start(BaseModel model) {
        SilentObserver silent = new SilentObserver();
        return ServingCore.start(
                model,
                adapters,
                new ServingSettings(
                        new ServingSettings.Batch(8, 2048, 16),
                        new ServingSettings.House(200, 150, 2000),
                        new ServingSettings.Memory(1 << 20, 100, Duration.ofSeconds(2), 2, folder.resolve("scratch")),
                        new ServingSettings.Texts(50, 128),
                        Duration.ofHours(1)),
                new ServingCore.Listeners(silent, silent, usage::add, state -> {}));
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
    void theBasesOwnClassifierAnswersWithItsNames() throws InterruptedException {
        Reply<Classification> reply = classify(ACME, "", "hello there", "buy now!!");

        assertThat(reply.adapter()).isEmpty();
        assertThat(reply.tokens()).isEqualTo(20);
        assertThat(reply.results()).hasSize(2).allSatisfy(result -> {
            assertThat(result.scores()).extracting(Score::label).isEqualTo(TinyEncoder.LABELS);
            assertThat(result.scores().stream().mapToDouble(Score::probability).sum())
                    .isCloseTo(1, within(1e-9));
        });
        assertThat(usage).singleElement().satisfies(used -> {
            assertThat(used.tenant()).isEqualTo(ACME);
            assertThat(used.operation()).isEqualTo(new UsageSink.Operation.Classify());
            assertThat(used.promptTokens()).isEqualTo(20);
            assertThat(used.completionTokens()).isZero();
        });
    }

    @Test
    void textsOfAMixedBatchEqualTheirSoloResults() throws Exception {
        List<String> models = new ArrayList<>(List.of(""));
        for (int i = 1; i <= 4; i++) {
            AdapterName name = new AdapterName("a" + i);
            String[] labels = i == 4 ? new String[0] : new String[] {"x" + i, "y" + i, "z" + i};
            TinyEncoder.publish(adapters, i % 2 == 0 ? ACME : GLOBEX, name, reference, i, labels);
            models.add(name.value());
        }
        List<Classification> alone = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            alone.add(classify(tenant(i), models.get(i % 5), text(i)).results().getFirst());
        }
        List<Future<Reply<Classification>>> together = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int at = i;
            together.add(callers.submit(() -> classify(tenant(at), models.get(at % 5), text(at), text(at + 1))));
        }

        for (int i = 0; i < 20; i++) {
            List<Score> expected = alone.get(i).scores();
            List<Score> actual = together.get(i).get().results().getFirst().scores();
            assertThat(actual)
                    .extracting(Score::label)
                    .isEqualTo(expected.stream().map(Score::label).toList());
            for (int label = 0; label < expected.size(); label++) {
                assertThat(actual.get(label).logit())
                        .isCloseTo(expected.get(label).logit(), within(1e-4f));
            }
        }
        assertThat(alone.get(1).scores()).extracting(Score::label).containsExactly("x1", "y1", "z1");
        assertThat(alone.get(4).scores()).extracting(Score::label).isEqualTo(TinyEncoder.LABELS);
    }

    private static TenantId tenant(int i) {
        return i % 5 == 2 || i % 5 == 4 ? ACME : GLOBEX;
    }

    private static String text(int i) {
        return "text " + "number ".repeat(i % 7) + i;
    }

    @Test
    void adaptersChangeEmbeddingsAndClassifiers() throws InterruptedException {
        TinyEncoder.publish(adapters, ACME, MOOD, reference, 3, "sad", "glad");

        Reply<float[]> plain = embed(ACME, "", MEAN, Input.of("hello"));
        Reply<float[]> adapted = embed(ACME, "mood", MEAN, Input.of("hello"));

        assertThat(plain.results().getFirst()).hasSize(TinyEncoder.HIDDEN);
        assertThat(adapted.results().getFirst()).isNotEqualTo(plain.results().getFirst());
        assertThat(adapted.adapter().map(RevisionRef::version)).contains(1L);
        assertThat(embed(ACME, "", new EmbedOptions(Pooling.FIRST, false), Input.of("hello"))
                        .results()
                        .getFirst())
                .isNotEqualTo(plain.results().getFirst());
        double length = 0;
        for (float value : embed(ACME, "", new EmbedOptions(Pooling.MEAN, true), Input.of("hello"))
                .results()
                .getFirst()) {
            length += value * value;
        }
        assertThat(length).isCloseTo(1, within(1e-5));
        assertThat(usage).hasSize(4).allMatch(used -> used.operation().equals(new UsageSink.Operation.Embed()));
    }

    @Test
    void theSecondTextOfAPairIsReadAsSuch() throws InterruptedException {
        Reply<float[]> pair = embed(ACME, "", MEAN, new Input("hello ", Optional.of("there")));
        Reply<float[]> one = embed(ACME, "", MEAN, Input.of("hello there"));

        assertThat(pair.tokens()).isEqualTo(one.tokens());
        assertThat(pair.results().getFirst()).isNotEqualTo(one.results().getFirst());
    }

    @Test
    void tenantsSeeOnlyTheirOwn() throws InterruptedException {
        TinyEncoder.publish(adapters, ACME, MOOD, reference, 1, "sad", "glad");
        TinyEncoder.publish(adapters, GLOBEX, TOPIC, reference, 2, "art", "war");
        assertThat(classify(ACME, "mood", "hi").results().getFirst().scores())
                .extracting(Score::label)
                .containsExactly("sad", "glad");

        Rejection others = rejection(() -> classify(GLOBEX, "mood", "hi"));

        assertThat(others.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(rejection(() -> classify(ACME, "topic", "hi")).code()).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void whatCannotBeReadIsRefusedWithItsField() {
        Map<String, EncodeAsk> bad = Map.of(
                "inputs: is empty", ask(""),
                "inputs: has 51 texts; at most 50",
                        ask("", Collections.nCopies(51, "a").toArray(String[]::new)),
                "inputs: has 2001 characters; at most 2000", ask("", "ok", "x".repeat(1999)),
                "inputs[1].text: is empty", ask("", "ok", ""),
                "inputs[0].text_pair: is empty", new EncodeAsk("", List.of(new Input("ok", Optional.of("")))),
                "inputs[2]: has 65 tokens; at most 64", ask("", "ok", "ok", "x".repeat(65)),
                "inputs[0]: has 66 tokens; at most 64",
                        new EncodeAsk("", List.of(new Input("x".repeat(33), Optional.of("y".repeat(33))))),
                "model: ", ask("..", "ok"));

        bad.forEach((reason, ask) -> {
            for (Rejection rejection : List.of(
                    rejection(() -> core.encoder().classify(ACME, ask, forEver())),
                    rejection(() -> core.encoder().embed(ACME, ask, MEAN, forEver())))) {
                assertThat(rejection.code()).as(reason).isEqualTo(Code.INVALID_ARGUMENT);
                assertThat(rejection.field() + ": " + rejection.message()).startsWith(reason);
            }
        });
        assertThat(usage).isEmpty();
    }

    @Test
    void theLongestTextIsRead() throws InterruptedException {
        assertThat(classify(ACME, "", "x".repeat(64)).tokens()).isEqualTo(64);
    }

    @Test
    void aReplyTooLargeForTheWireIsRefusedBeforeItIsMade() {
        String[] labels = new String[1000];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = "%03d".formatted(i) + "x".repeat(250);
        }
        TinyEncoder.publish(adapters, ACME, TOPIC, reference, 1, labels);

        Rejection rejection = rejection(
                () -> classify(ACME, "topic", Collections.nCopies(12, "a").toArray(String[]::new)));

        assertThat(rejection.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(rejection.message()).contains("at most 11 in one call");
    }

    @Test
    void withoutAnyClassifierClassifySaysWhatToDoAndEmbedWorks() throws InterruptedException {
        core.close();
        try (BaseModel bare = TinyEncoder.load(TinyEncoder.writeBare(folder.resolve("bare")))) {
            BaseModelRef other = new BaseModelRef(bare.name(), bare.digest());
            TinyEncoder.publish(adapters, ACME, MOOD, other, 1);
            TinyEncoder.publish(adapters, ACME, TOPIC, other, 2, "art", "war");
            core = start(bare);

            Rejection alone = rejection(() -> classify(ACME, "", "hi"));
            Rejection adapted = rejection(() -> classify(ACME, "mood", "hi"));

            assertThat(alone.code()).isEqualTo(Code.FAILED_PRECONDITION);
            assertThat(alone.message()).contains("has no classifier; name an adapter that was trained on examples");
            assertThat(adapted.code()).isEqualTo(Code.FAILED_PRECONDITION);
            assertThat(adapted.message()).contains("this adapter has none either");
            assertThat(embed(ACME, "mood", MEAN, Input.of("hi")).results()).hasSize(1);
            assertThat(classify(ACME, "topic", "hi").results().getFirst().scores())
                    .hasSize(2);
            core.close();
        }
    }

    @Test
    void anAdapterThatPutsTokensBeforeATextIsRefused() {
        TinyEncoder.publishPrompt(adapters, ACME, MOOD, reference);

        assertThat(rejection(() -> classify(ACME, "mood", "hi")).code()).isEqualTo(Code.FAILED_PRECONDITION);
    }

    @Test
    void eachKindOfModelRefusesTheOthersCallsByName() {
        assertThat(rejection(() -> core.inference()).message())
                .isEqualTo("base model 'tiny-bert' is a bert, an encoder: it generates no text; Classify and Embed of"
                        + " lorikeet.inference.v1.EncoderService read texts with it");
        core.close();
        try (BaseModel decoder = TinyModel.load(TinyModel.write(folder.resolve("decoder")))) {
            core = start(decoder);
            Rejection rejection = rejection(() -> core.encoder());
            assertThat(rejection.code()).isEqualTo(Code.FAILED_PRECONDITION);
            assertThat(rejection.message()).startsWith("base model 'tiny' is a llama, no encoder");
            core.close();
        }
    }

    @Test
    void anAdapterOfAnotherBaseIsRefused() {
        TinyAdapter.publish(adapters, ACME, MOOD, new BaseModelRef("another", "0".repeat(64)), 1);

        assertThat(rejection(() -> classify(ACME, "mood", "hi")).code()).isEqualTo(Code.FAILED_PRECONDITION);
    }

    @Test
    void callerThatWentAwayAndPassedDeadlineAreTold() {
        TinyEncoder.publish(adapters, ACME, MOOD, reference, 1, "sad", "glad");
        CallScope gone = forEver();
        gone.cancel();

        assertThat(rejection(() -> core.encoder().classify(ACME, ask("mood", "hi"), gone))
                        .code())
                .isEqualTo(Code.CANCELLED);
        assertThat(rejection(() -> core.encoder().classify(ACME, ask("", "hi"), new CallScope(System.nanoTime() + 1)))
                        .code())
                .isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(usage).isEmpty();
    }

    private static CallScope forEver() {
        return new CallScope(Long.MAX_VALUE);
    }

    private static EncodeAsk ask(String model, String... texts) {
        return new EncodeAsk(model, Arrays.stream(texts).map(Input::of).toList());
    }

    private Reply<Classification> classify(TenantId tenant, String model, String... texts) throws InterruptedException {
        return core.encoder().classify(tenant, ask(model, texts), forEver());
    }

    private Reply<float[]> embed(TenantId tenant, String model, EmbedOptions options, Input input)
            throws InterruptedException {
        return core.encoder().embed(tenant, new EncodeAsk(model, List.of(input)), options, forEver());
    }

    private static Rejection rejection(ThrowingCallable call) {
        return catchThrowableOfType(RejectedException.class, call).rejection();
    }
}
