/** Training of adapters over a frozen base model: the step, its schedule and order of data, checkpoints, checks. */
@NullMarked
package dev.lorikeet.engine.train;

import org.jspecify.annotations.NullMarked;
