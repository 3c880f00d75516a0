package dev.lorikeet.engine.train;

/**
 * How a run trains. What it trains (ranks, modules, dropout) is the adapter's configuration.
 *
 * @param batching what a step computes
 * @param length when it ends
 * @param schedule the learning rate
 * @param optimizer AdamW and clipping
 * @param recompute whether layers are computed again for the backward pass rather than kept (gradient checkpointing): the
 *     same gradients, less memory, about a third more time
 * @param seed of initialisation, data order and dropout: the same seed gives the same adapter, bit for bit
 */
public record TrainingOptions(
        Batching batching, Length length, Schedule schedule, AdamWSettings optimizer, boolean recompute, long seed) {
    /** Three passes, 4 examples a step, a constant rate of 2e-4. */
    public static TrainingOptions defaults(long seed) {
        return new TrainingOptions(
                new Batching(4, 1), new Length.Epochs(3), Schedule.constant(2e-4), AdamWSettings.DEFAULT, false, seed);
    }

    /** Examples of one optimizer step, the last of an epoch excepted. */
    public int window() {
        return batching.window();
    }

    /** The same with other sizes. */
    public TrainingOptions withBatch(int rows, int accumulation) {
        return withBatching(new Batching(rows, accumulation, batching.packing()));
    }

    /** The same with examples that share rows of so many tokens; 0: a row for each. */
    public TrainingOptions withPacking(int tokens) {
        return withBatching(new Batching(batching.rows(), batching.accumulation(), tokens));
    }

    private TrainingOptions withBatching(Batching other) {
        return new TrainingOptions(other, length, schedule, optimizer, recompute, seed);
    }

    /** The same with another length. */
    public TrainingOptions withLength(Length newLength) {
        return new TrainingOptions(batching, newLength, schedule, optimizer, recompute, seed);
    }

    /** The same with another learning rate. */
    public TrainingOptions withSchedule(Schedule newSchedule) {
        return new TrainingOptions(batching, length, newSchedule, optimizer, recompute, seed);
    }

    /** The same with another optimizer. */
    public TrainingOptions withOptimizer(AdamWSettings newOptimizer) {
        return new TrainingOptions(batching, length, schedule, newOptimizer, recompute, seed);
    }

    /** The same with layers computed again for the backward pass, or kept. */
    public TrainingOptions withRecompute(boolean newRecompute) {
        return new TrainingOptions(batching, length, schedule, optimizer, newRecompute, seed);
    }
}
