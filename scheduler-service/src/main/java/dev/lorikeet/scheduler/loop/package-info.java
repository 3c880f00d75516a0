/** The loop that owns the state, and the view of it that others may read. */
@NullMarked
package dev.lorikeet.scheduler.loop;

import org.jspecify.annotations.NullMarked;
