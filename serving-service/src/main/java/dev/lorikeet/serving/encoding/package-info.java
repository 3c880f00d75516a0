/** What may be asked of an encoder, and what its numbers mean: labels' probabilities, embeddings. Plain Java. */
@NullMarked
package dev.lorikeet.serving.encoding;

import org.jspecify.annotations.NullMarked;
