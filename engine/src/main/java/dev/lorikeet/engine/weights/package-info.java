/** Named tensors in files: safetensors and GGUF, memory-mapped, strictly checked. */
@NullMarked
package dev.lorikeet.engine.weights;

import org.jspecify.annotations.NullMarked;
