package dev.lorikeet.serving.loop;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much the service takes on.
 *
 * @param batch what runs at once
 * @param house what may wait
 * @param memory adapters in memory
 * @param texts what an encoder reads
 * @param resolutionTtl how long resolved versions and aliases count when no event says otherwise
 */
public record ServingSettings(Batch batch, House house, Memory memory, Texts texts, Duration resolutionTtl) {
    /**
     * What runs at once.
     *
     * @param maxSequences requests that run at once
     * @param contextLength prompt and answer together, in tokens
     * @param prefillTokens prompt tokens a step
     */
    public record Batch(int maxSequences, int contextLength, int prefillTokens) {}

    /**
     * What may be in the house.
     *
     * @param queueLimit calls that may wait beside those that run
     * @param tenantLimit calls that one tenant may have, waiting and running
     * @param maxPromptChars longest prompt; of a call to an encoder all texts together
     */
    public record House(int queueLimit, int tenantLimit, int maxPromptChars) {}

    /**
     * What adapters may take.
     *
     * @param bytes for all adapters together
     * @param queueLimit requests that may wait for room
     * @param patience how long one waits before others' new leases wait behind it
     * @param parallelLoads adapters fetched at a time
     * @param scratch folder that files pass through
     */
    public record Memory(long bytes, int queueLimit, Duration patience, int parallelLoads, Path scratch) {}

    /**
     * What an encoder reads.
     *
     * @param maxInputs texts that one call may bring
     * @param batchTokens tokens that are read at once, padding counted
     */
    public record Texts(int maxInputs, int batchTokens) {}
}
