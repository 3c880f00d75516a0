package dev.lorikeet.engine.bench;

/**
 * Work to be timed.
 *
 * @param rows sequences in the batch
 * @param length tokens of context (decode), or tokens taken in (prefill)
 * @param rank of the adapter that each row has, all different, on all linear layers; 0 for the base model
 */
public record DecodeCase(int rows, int length, int rank) {
    public DecodeCase {
        if (rows < 1 || length < 1 || rank < 0) {
            throw new IllegalArgumentException("no such case: " + rows + " rows of " + length + ", rank " + rank);
        }
    }
}
