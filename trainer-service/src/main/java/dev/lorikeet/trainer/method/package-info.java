/** Adapter methods between the wire and the engine: the only place that sees both. */
@NullMarked
package dev.lorikeet.trainer.method;

import org.jspecify.annotations.NullMarked;
