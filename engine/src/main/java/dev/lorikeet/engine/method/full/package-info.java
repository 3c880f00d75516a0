/** Full fine-tuning of the blocks, as a baseline. */
@NullMarked
package dev.lorikeet.engine.method.full;

import org.jspecify.annotations.NullMarked;
