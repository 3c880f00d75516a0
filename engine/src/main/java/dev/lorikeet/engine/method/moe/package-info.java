/** Mixtures of LoRA experts behind a router. */
@NullMarked
package dev.lorikeet.engine.method.moe;

import org.jspecify.annotations.NullMarked;
