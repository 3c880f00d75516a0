/** Measurements of the engine: steps timed one by one, so that a peer can take turns with it. */
@NullMarked
package dev.lorikeet.engine.bench;

import org.jspecify.annotations.NullMarked;
