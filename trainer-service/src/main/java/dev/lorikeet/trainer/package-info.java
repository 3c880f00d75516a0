/**
 * The trainer service: runs attempts at training jobs, checkpoints them, publishes the adapters.
 *
 * <p>{@code attempt} is the plain core, {@code loop} owns its state, {@code training} runs one attempt, {@code kafka}
 * is the edge to the scheduler, {@code service} puts it all together.
 */
@NullMarked
package dev.lorikeet.trainer;

import org.jspecify.annotations.NullMarked;
