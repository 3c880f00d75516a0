package dev.lorikeet.serving.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** The serving service itself. */
@ConfigMapping(prefix = "lorikeet.serving")
public interface ServingConfig {
    /** Requests that run in one batch; each has a slot in the KV cache. */
    @WithDefault("16")
    int maxSequences();

    /** Prompt and answer together (of an encoder: a text), in tokens; never more than the model's own. */
    @WithDefault("2048")
    int contextLength();

    /** Prompt tokens a step, all prompts together: less keeps the others' decoding smooth, more is faster. */
    @WithDefault("256")
    int prefillTokens();

    /** Texts or pairs that one call to an encoder may bring. */
    @WithDefault("256")
    int maxInputs();

    /**
     * Tokens that an encoder reads at once, padding counted: fewer let others come in sooner, more are faster on a GPU. A
     * text with more is read alone.
     */
    @WithDefault("2048")
    int encoderBatchTokens();

    /** Calls that may wait beside those that run; more are refused with RESOURCE_EXHAUSTED. */
    @WithDefault("256")
    int queueLimit();

    /** Calls that one tenant may have in the house, waiting and running. */
    @WithDefault("64")
    int tenantLimit();

    /** Longest prompt, in characters; of a call to an encoder all texts together. */
    @WithDefault("262144")
    int maxPromptChars();

    /** Memory for adapters. */
    @WithDefault("1G")
    MemorySize adapterMemory();

    /** Requests that may wait for adapter memory while all of it is in use. */
    @WithDefault("256")
    int adapterQueueLimit();

    /** How long an adapter waits for memory before those that are in use there are no longer leased anew. */
    @WithDefault("2s")
    Duration adapterPatience();

    /** Adapters fetched at a time. */
    @WithDefault("4")
    int parallelLoads();

    /** How long resolved versions and aliases count when no event says otherwise. */
    @WithDefault("30s")
    Duration resolutionTtl();

    /** A caller that takes nothing of its answer for so long is given up. */
    @WithDefault("60s")
    Duration streamStallTimeout();

    /** How long a shutdown waits for running requests. */
    @WithDefault("20s")
    Duration drainTimeout();

    /** Folder that adapters' files pass through. */
    @WithDefault("${java.io.tmpdir}/lorikeet-serving")
    Path scratch();
}
