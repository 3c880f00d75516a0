package dev.lorikeet.engine.train;

/**
 * What a step computes, and how much of it at once.
 *
 * @param rows examples in a micro-batch, or rows where examples share them: what is computed at once, at least 1
 * @param accumulation micro-batches' worth of examples whose gradients make one optimizer step, at least 1
 * @param packing tokens of a row that several examples of a step share, each with positions and attention of its own; 0: a
 *     row for each example, padded to the longest of its micro-batch. The gradient is the same, with dropout up to its masks
 */
public record Batching(int rows, int accumulation, int packing) {
    private static final int LARGEST_WINDOW = 1 << 20;

    public Batching {
        if (rows < 1 || accumulation < 1 || (long) rows * accumulation > LARGEST_WINDOW) {
            throw new IllegalArgumentException("a step of " + accumulation + " micro-batches of " + rows
                    + " examples is not possible: both must be at least 1, their product at most " + LARGEST_WINDOW);
        }
        if (packing < 0) {
            throw new IllegalArgumentException("rows of " + packing + " tokens cannot be packed");
        }
    }

    /** A row for each example. */
    public Batching(int rows, int accumulation) {
        this(rows, accumulation, 0);
    }

    /** Examples of one optimizer step, the last of an epoch excepted. */
    public int window() {
        return rows * accumulation;
    }
}
