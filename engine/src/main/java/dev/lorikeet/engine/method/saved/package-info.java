/** Whole modules beside an adapter of a kind that knows none itself: IA3 and AdaLoRA with {@code modules_to_save}. */
@NullMarked
package dev.lorikeet.engine.method.saved;

import org.jspecify.annotations.NullMarked;
