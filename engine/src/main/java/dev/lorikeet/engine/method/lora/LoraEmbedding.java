package dev.lorikeet.engine.method.lora;

/**
 * The token embedding as an adapter's target: its rows become E[token] + scaling B A[:, token]. The head stays the base's
 * although it may share the matrix.
 *
 * @param path of the embedding
 * @param rank rows of A, columns of B
 * @param scaling what the update is multiplied by
 * @param vocabulary columns of A
 * @param hidden rows of B
 */
record LoraEmbedding(String path, int rank, double scaling, int vocabulary, int hidden) {}
