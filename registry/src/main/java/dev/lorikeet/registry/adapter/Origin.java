package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.JobId;

/**
 * Where a version comes from.
 *
 * @param job the job that trained it; an import has an id of its own
 * @param attempt number of the attempt that published it, from 1
 */
public record Origin(JobId job, int attempt) {}
