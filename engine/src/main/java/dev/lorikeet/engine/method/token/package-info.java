/** Trainable tokens: embeddings of single tokens of the vocabulary. */
@NullMarked
package dev.lorikeet.engine.method.token;

import org.jspecify.annotations.NullMarked;
