/** LoRA adapters: PEFT's files, what they claim of a model, their factors on a device, many of them in one batch. */
@NullMarked
package dev.lorikeet.engine.adapter;

import org.jspecify.annotations.NullMarked;
