/** AdaLoRA: low-rank updates whose ranks move to where they matter. */
@NullMarked
package dev.lorikeet.engine.method.adalora;

import org.jspecify.annotations.NullMarked;
