package dev.lorikeet.engine.train;

/**
 * How a run trains. What it trains (ranks, modules, dropout) is the adapter's configuration.
 *
 * @param rows examples in a micro-batch: what is computed at once, at least 1
 * @param accumulation micro-batches whose gradients make one optimizer step, at least 1
 * @param length when it ends
 * @param schedule the learning rate
 * @param optimizer AdamW and clipping
 * @param recompute whether layers are computed again for the backward pass rather than kept (gradient checkpointing): the
 *     same gradients, less memory, about a third more time
 * @param seed of initialisation, data order and dropout: the same seed gives the same adapter, bit for bit
 */
public record TrainingOptions(
        int rows,
        int accumulation,
        Length length,
        Schedule schedule,
        AdamWSettings optimizer,
        boolean recompute,
        long seed) {
    private static final int LARGEST_WINDOW = 1 << 20;

    public TrainingOptions {
        if (rows < 1 || accumulation < 1 || (long) rows * accumulation > LARGEST_WINDOW) {
            throw new IllegalArgumentException("a step of " + accumulation + " micro-batches of " + rows
                    + " examples is not possible: both must be at least 1, their product at most " + LARGEST_WINDOW);
        }
    }

    /** Three passes, 4 examples a step, a constant rate of 2e-4. */
    public static TrainingOptions defaults(long seed) {
        return new TrainingOptions(
                4, 1, new Length.Epochs(3), Schedule.constant(2e-4), AdamWSettings.DEFAULT, false, seed);
    }

    /** Examples of one optimizer step, the last of an epoch excepted. */
    public int window() {
        return rows * accumulation;
    }

    /** The same with other sizes. */
    public TrainingOptions withBatch(int newRows, int newAccumulation) {
        return new TrainingOptions(newRows, newAccumulation, length, schedule, optimizer, recompute, seed);
    }

    /** The same with another length. */
    public TrainingOptions withLength(Length newLength) {
        return new TrainingOptions(rows, accumulation, newLength, schedule, optimizer, recompute, seed);
    }

    /** The same with another learning rate. */
    public TrainingOptions withSchedule(Schedule newSchedule) {
        return new TrainingOptions(rows, accumulation, length, newSchedule, optimizer, recompute, seed);
    }

    /** The same with another optimizer. */
    public TrainingOptions withOptimizer(AdamWSettings newOptimizer) {
        return new TrainingOptions(rows, accumulation, length, schedule, newOptimizer, recompute, seed);
    }

    /** The same with layers computed again for the backward pass, or kept. */
    public TrainingOptions withRecompute(boolean newRecompute) {
        return new TrainingOptions(rows, accumulation, length, schedule, optimizer, newRecompute, seed);
    }
}
