package dev.lorikeet.engine.encode;

/**
 * What an encoder says of a text, in float32.
 *
 * @param logits one a label; empty if neither the model nor the adapter has a classifier
 * @param first the last layer's state of the first token: an embedding of the text
 * @param mean the mean of all tokens' states: the embedding that is usually better
 */
@SuppressWarnings("ArrayRecordComponent") // A result, compared by nobody.
public record Encoding(float[] logits, float[] first, float[] mean) {}
