package dev.lorikeet.registry.checkpoint;

/**
 * A complete checkpoint.
 *
 * @param step optimizer steps done when it was made
 * @param sizeBytes bytes of its files
 */
public record Checkpoint(int step, long sizeBytes) {}
