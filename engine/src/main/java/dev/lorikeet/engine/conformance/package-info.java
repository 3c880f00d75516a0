/** Runs cases that the reference implementation (transformers and PEFT) computed, and says how far off we are. */
@NullMarked
package dev.lorikeet.engine.conformance;

import org.jspecify.annotations.NullMarked;
