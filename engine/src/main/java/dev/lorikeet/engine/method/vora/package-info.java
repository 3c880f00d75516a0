/** Vision as LoRA. */
@NullMarked
package dev.lorikeet.engine.method.vora;

import org.jspecify.annotations.NullMarked;
