/** Runs whole texts through an encoder: classification and embeddings, an adapter of its own for each text. */
@NullMarked
package dev.lorikeet.engine.encode;

import org.jspecify.annotations.NullMarked;
