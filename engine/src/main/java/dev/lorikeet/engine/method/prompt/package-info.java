/** Prompt tuning and P-tuning: learned embeddings before the text. */
@NullMarked
package dev.lorikeet.engine.method.prompt;

import org.jspecify.annotations.NullMarked;
