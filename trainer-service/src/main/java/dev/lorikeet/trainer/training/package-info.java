/** Runs one attempt: data from the registry, steps by the engine, checkpoints and the adapter back to the registry. */
@NullMarked
package dev.lorikeet.trainer.training;

import org.jspecify.annotations.NullMarked;
