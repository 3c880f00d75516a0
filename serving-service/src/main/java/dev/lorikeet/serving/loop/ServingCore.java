package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.serving.batching.Admission;
import dev.lorikeet.serving.batching.BatchPlanner;
import dev.lorikeet.serving.generation.AskRules;
import dev.lorikeet.serving.residency.Residency;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One base model at work: the inference thread, the adapters in memory, resolution, and the way in.
 *
 * @param inference the way in for requests
 * @param changes the way in for news about adapters
 * @param loop the inference thread
 * @param pool the adapters in memory
 */
public record ServingCore(Inference inference, AdapterChanges changes, InferenceLoop loop, AdapterPool pool)
        implements AutoCloseable {
    /**
     * Who is told what happens.
     *
     * @param announcer publishes changes of adapters made here; must not block
     */
    public record Listeners(
            LoopObserver loop, AdapterPool.Observer pool, UsageSink usage, Consumer<AdapterState> announcer) {}

    /** Starts to serve a model, which stays the caller's. */
    public static ServingCore start(BaseModel base, Adapters adapters, ServingSettings settings, Listeners listeners) {
        int contextLength =
                Math.min(settings.batch().contextLength(), base.config().contextLength());
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
        InferenceLoop loop = new InferenceLoop(
                        () -> new DecoderSteps(
                                new Decoder(base, settings.batch().maxSequences(), contextLength)),
                        new BatchPlanner(settings.batch().prefillTokens()),
                        () -> new DecodedText(base.tokenizer().incremental()),
                        new InferenceLoop.Limits(contextLength, base.config().endOfText()),
                        listeners.loop())
                .start();
        ServingSettings.House house = settings.house();
        Inference inference = new Inference(
                new AskReader(base, new AskRules(house.maxPromptChars()), contextLength, random::nextLong),
                new Admission(house.queueLimit() + settings.batch().maxSequences(), house.tenantLimit()),
                directory,
                pool,
                loop,
                listeners.usage());
        return new ServingCore(
                inference, new AdapterChanges(adapters, directory, pool, listeners.announcer()), loop, pool);
    }

    /** Takes nothing new, lets what runs finish for so long, breaks off the rest, and frees everything. */
    public void drain(Duration patience) throws InterruptedException {
        loop.drain(patience);
        pool.close();
    }

    @Override
    public void close() {
        loop.close();
        pool.close();
    }
}
