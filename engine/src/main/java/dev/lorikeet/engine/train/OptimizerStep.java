package dev.lorikeet.engine.train;

import java.util.List;

/**
 * One optimizer step over the micro-batches of a window: sum the gradients, divide by the window's labelled tokens, clip,
 * move. Everything random is a function of seed, step and micro-batch.
 */
final class OptimizerStep {
    private static final int MOST_MICRO_BATCHES = 1 << 20;
    /** Dropout seeds leave room for a number a layer, without overflow. */
    private static final long SEED_MASK = (1L << 61) - 1;

    private final TrainingScript script;
    private final TrainedMethod method;
    private final TrainingOptions options;

    /** @throws IllegalArgumentException if the method cannot be trained with the options */
    OptimizerStep(TrainingScript script, TrainedMethod method, TrainingOptions options) {
        this.script = script;
        this.method = method;
        this.options = options;
        AdamWSettings settings = options.optimizer();
        method.groups(0, settings.weightDecay(), settings.factorRates());
    }

    /**
     * Takes a step.
     *
     * @param step counted from 0
     * @throws DivergedException if the loss or the gradient is not finite; nothing has moved then
     */
    StepResult take(int step, int totalSteps, List<MicroBatch> batches) {
        script.clear();
        double loss = 0;
        long tokens = 0;
        long labelled = 0;
        for (int i = 0; i < batches.size(); i++) {
            MicroBatch batch = batches.get(i);
            loss += script.accumulate(batch, method.dropout(), dropoutSeed(step, i));
            tokens += batch.tokens();
            labelled += batch.targets().length;
        }
        double mean = loss / labelled;
        requireFinite("loss", step, mean);
        AdamWSettings settings = options.optimizer();
        double norm = script.clip(labelled, settings.maxGradientNorm());
        requireFinite("gradient norm", step, norm);
        double rate = options.schedule().rate(step, totalSteps);
        script.update(method.groups(rate, settings.weightDecay(), settings.factorRates()), settings, step + 1);
        if (method.stepped()) {
            script.stepped(step + 1, totalSteps, rate, method.stepSettings(step + 1, totalSteps));
        }
        return new StepResult(step + 1, mean, rate, norm, tokens, labelled);
    }

    private long dropoutSeed(int step, int microBatch) {
        long index = (long) step * MOST_MICRO_BATCHES + microBatch;
        return Seeds.derive(options.seed(), Seeds.Use.DROPOUT, index) & SEED_MASK;
    }

    private static void requireFinite(String what, int step, double value) {
        if (!Double.isFinite(value)) {
            throw new DivergedException("the " + what + " of step " + (step + 1) + " is " + value);
        }
    }
}
