/** Which waiting job goes to which free trainer. Plain Java. */
@NullMarked
package dev.lorikeet.scheduler.placement;

import org.jspecify.annotations.NullMarked;
