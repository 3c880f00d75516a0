package dev.lorikeet.engine.model;

import ai.djl.ndarray.NDArray;

/**
 * A matrix on the device as NF4 codes, as nf4.py decodes it; closed by the model.
 *
 * @param rows of the matrix
 * @param columns of the matrix
 * @param codes (bytes) two weights each
 * @param magnitudes (blocks) a code of each block's largest magnitude
 * @param scales (groups of blocks, one) a scale of each group's magnitudes, float32; then the mean of all magnitudes
 */
public record PackedMatrix(int rows, int columns, NDArray codes, NDArray magnitudes, NDArray scales) {}
