package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.encode.Encoder;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.serving.batching.Admission;
import dev.lorikeet.serving.batching.BatchPlanner;
import dev.lorikeet.serving.batching.TextPlanner;
import dev.lorikeet.serving.encoding.EncodeRules;
import dev.lorikeet.serving.generation.AskRules;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.serving.residency.Residency;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One base model at work: the inference thread, the adapters in memory, resolution, and the way in. A decoder generates
 * text ({@link #inference}), an encoder reads texts ({@link #encoder}); asking one for the other's is refused.
 */
public final class ServingCore implements AutoCloseable {
    /**
     * Who is told what happens.
     *
     * @param announcer publishes changes of adapters made here; must not block
     */
    public record Listeners(
            LoopObserver loop, AdapterPool.Observer pool, UsageSink usage, Consumer<AdapterState> announcer) {}

    /** What the model can do. */
    private sealed interface Service {
        ServingLoop<?> loop();

        record Generating(Inference inference, InferenceLoop loop) implements Service {}

        record Reading(EncoderInference inference, EncoderLoop loop) implements Service {}
    }

    private final String model;
    private final Service service;
    private final Entrance entrance;
    private final AdapterChanges changes;
    private final AdapterPool pool;

    private ServingCore(String model, Service service, Entrance entrance, AdapterChanges changes, AdapterPool pool) {
        this.model = model;
        this.service = service;
        this.entrance = entrance;
        this.changes = changes;
        this.pool = pool;
    }

    /** Starts to serve a model, which stays the caller's. */
    public static ServingCore start(BaseModel base, Adapters adapters, ServingSettings settings, Listeners listeners) {
        SecureRandom random = new SecureRandom();
        AdapterDirectory directory = new AdapterDirectory(
                adapters,
                new BaseModelRef(base.name(), base.digest()),
                settings.resolutionTtl(),
                random,
                System::nanoTime);
        ServingSettings.Memory memory = settings.memory();
        AdapterPool pool = new AdapterPool(
                new Residency(
                        memory.bytes(), memory.queueLimit(), memory.patience().toNanos()),
                new RegistrySource(adapters, base, memory.scratch()),
                memory.parallelLoads(),
                listeners.pool());
        ServingSettings.House house = settings.house();
        Entrance entrance = new Entrance(
                base.name(),
                new Admission(house.queueLimit() + settings.batch().maxSequences(), house.tenantLimit()),
                directory,
                pool);
        Service service = base.config().blueprint().encoder()
                ? reading(base, settings, entrance, listeners)
                : generating(base, settings, entrance, listeners, random);
        return new ServingCore(
                "base model '" + base.name() + "' is a "
                        + base.config().family().modelType(),
                service,
                entrance,
                new AdapterChanges(adapters, directory, pool, listeners.announcer()),
                pool);
    }

    private static Service generating(
            BaseModel base, ServingSettings settings, Entrance entrance, Listeners listeners, SecureRandom random) {
        int contextLength = contextLength(base, settings);
        InferenceLoop loop = new InferenceLoop(
                        () -> new DecoderSteps(
                                new Decoder(base, settings.batch().maxSequences(), contextLength)),
                        new BatchPlanner(settings.batch().prefillTokens()),
                        () -> new DecodedText(base.tokenizer().incremental()),
                        new InferenceLoop.Limits(contextLength, base.config().endOfText()),
                        listeners.loop())
                .start();
        AskReader reader =
                new AskReader(base, new AskRules(settings.house().maxPromptChars()), contextLength, random::nextLong);
        return new Service.Generating(new Inference(reader, entrance, loop, listeners.usage()), loop);
    }

    private static Service reading(BaseModel base, ServingSettings settings, Entrance entrance, Listeners listeners) {
        EncodeRules rules = new EncodeRules(
                settings.texts().maxInputs(), settings.house().maxPromptChars(), contextLength(base, settings));
        EncoderLoop loop = new EncoderLoop(
                        () -> TextReader.of(new Encoder(base)),
                        new TextPlanner(settings.texts().batchTokens()),
                        listeners.loop())
                .start();
        return new Service.Reading(new EncoderInference(base, rules, entrance, loop, listeners.usage()), loop);
    }

    private static int contextLength(BaseModel base, ServingSettings settings) {
        return Math.min(settings.batch().contextLength(), base.config().contextLength());
    }

    /**
     * The way in for requests for text.
     *
     * @throws RejectedException FAILED_PRECONDITION if the model generates none
     */
    public Inference inference() {
        return switch (service) {
            case Service.Generating(Inference inference, InferenceLoop _) -> inference;
            case Service.Reading _ ->
                throw wrongKind(", an encoder: it generates no text; Classify and Embed of"
                        + " lorikeet.inference.v1.EncoderService read texts with it");
        };
    }

    /**
     * The way in for texts to read.
     *
     * @throws RejectedException FAILED_PRECONDITION if the model is no encoder
     */
    public EncoderInference encoder() {
        return switch (service) {
            case Service.Reading(EncoderInference inference, EncoderLoop _) -> inference;
            case Service.Generating _ ->
                throw wrongKind(", no encoder: it neither classifies nor embeds but generates text, by Generate of"
                        + " lorikeet.inference.v1.InferenceService; encoders are bert and roberta");
        };
    }

    private RejectedException wrongKind(String what) {
        return Rejection.of(Code.FAILED_PRECONDITION, model + what).asException();
    }

    /** The way in for news about adapters. */
    public AdapterChanges changes() {
        return changes;
    }

    /** The inference thread. */
    public ServingLoop<?> loop() {
        return service.loop();
    }

    /** The adapters in memory. */
    public AdapterPool pool() {
        return pool;
    }

    /** Calls in the house, waiting and running. */
    public int calls() {
        return entrance.calls();
    }

    /** Takes nothing new, lets what runs finish for so long, breaks off the rest, and frees everything. */
    public void drain(Duration patience) throws InterruptedException {
        service.loop().drain(patience);
        pool.close();
    }

    @Override
    public void close() {
        service.loop().close();
        pool.close();
    }
}
