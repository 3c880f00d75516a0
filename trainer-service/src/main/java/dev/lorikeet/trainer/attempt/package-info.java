/**
 * The core: which attempts this trainer holds and what follows from orders, time and outcomes. Plain Java: no clock, no
 * threads, no wire types.
 */
@NullMarked
package dev.lorikeet.trainer.attempt;

import org.jspecify.annotations.NullMarked;
