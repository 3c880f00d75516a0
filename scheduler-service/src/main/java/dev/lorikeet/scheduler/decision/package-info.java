/** The scheduler's mind: commands in, records and messages out, state folded from records. Plain Java. */
@NullMarked
package dev.lorikeet.scheduler.decision;

import org.jspecify.annotations.NullMarked;
