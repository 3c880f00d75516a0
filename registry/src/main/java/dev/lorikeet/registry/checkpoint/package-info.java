/** Checkpoints of training jobs. */
@NullMarked
package dev.lorikeet.registry.checkpoint;

import org.jspecify.annotations.NullMarked;
