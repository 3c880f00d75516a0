package dev.lorikeet.registry.adapter;

import java.time.Instant;

/**
 * One version of an adapter, created once, never changed.
 *
 * @param number from 1, without gaps, never used again
 * @param revision the revision that it points to
 * @param createdAt when it was made
 * @param origin the job that made it
 * @param description what it is
 * @param sizeBytes bytes of its files
 */
public record Version(
        long number, String revision, Instant createdAt, Origin origin, Description description, long sizeBytes) {}
