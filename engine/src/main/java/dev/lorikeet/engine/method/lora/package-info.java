/** LoRA and its variants on linear layers. */
@NullMarked
package dev.lorikeet.engine.method.lora;

import org.jspecify.annotations.NullMarked;
