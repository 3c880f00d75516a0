package dev.lorikeet.trainer.attempt;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import java.util.Map;

/**
 * What to train: the tenant's request with every default filled in.
 *
 * @param adapter name of the adapter that the result becomes a version of
 * @param baseModel name of the base model
 * @param dataset the examples' address
 * @param method how the base model is adapted
 * @param hyperparameters how training runs
 * @param seed of initialisation, data order and dropout
 * @param metadata the tenant's own labels
 */
public record TrainingJob(
        AdapterName adapter,
        String baseModel,
        DatasetAddress dataset,
        Method method,
        Hyperparameters hyperparameters,
        long seed,
        Map<String, String> metadata) {
    /** Copies. */
    public TrainingJob {
        metadata = Map.copyOf(metadata);
    }

    /** How the base model is adapted. Nothing but what runs the attempt looks into it. */
    public interface Method {}

    /**
     * What is held out of training.
     *
     * @param split share of the examples, 0 to below 1; 0: none
     * @param everySteps optimizer steps between measurements
     * @param patience measurements without a new least loss after which training ends; 0: it does not
     */
    public record Validation(double split, int everySteps, int patience) {
        /** Nothing is held out. */
        public static final Validation NONE = new Validation(0, 1, 0);

        /** Checks. */
        public Validation {
            if (!(split >= 0 && split < 1)) {
                throw new IllegalArgumentException("hyperparameters.validation_split must be 0 to below 1: " + split);
            }
            atLeast("hyperparameters.evaluate_every_steps", everySteps, split > 0 ? 1 : 0);
            atLeast("hyperparameters.early_stopping_patience", patience, 0);
        }
    }

    /** How the learning rate moves after warm-up. */
    public enum Schedule {
        /** Half a cosine down to zero. */
        COSINE,
        /** The peak rate throughout. */
        CONSTANT,
        /** A straight line down to zero. */
        LINEAR
    }

    /**
     * How training runs.
     *
     * @param epochs passes over the dataset; ignored when {@code maxSteps} is above 0
     * @param maxSteps optimizer steps; 0: as many as the epochs need
     * @param batchSize examples in a micro-batch
     * @param accumulation micro-batches in an optimizer step
     * @param learningRate the peak
     * @param schedule how the rate moves
     * @param warmupSteps linear warm-up from zero; negative: 3 % of all steps
     * @param weightDecay AdamW's, decoupled
     * @param maxGradientNorm of a step; 0: no clipping
     * @param maxTokens longest example; longer ones are cut
     * @param checkpointEvery optimizer steps between checkpoints
     * @param reportEvery optimizer steps between progress reports
     * @param recompute whether layers are computed again for the backward pass
     * @param packing whether examples of a step share rows of {@code maxTokens}
     * @param validation what is held out of training
     */
    public record Hyperparameters(
            int epochs,
            int maxSteps,
            int batchSize,
            int accumulation,
            double learningRate,
            Schedule schedule,
            int warmupSteps,
            double weightDecay,
            double maxGradientNorm,
            int maxTokens,
            int checkpointEvery,
            int reportEvery,
            boolean recompute,
            boolean packing,
            Validation validation) {
        /** Checks. */
        public Hyperparameters {
            atLeast("hyperparameters.max_steps", maxSteps, 0);
            atLeast("hyperparameters.epochs", epochs, maxSteps > 0 ? 0 : 1);
            atLeast("hyperparameters.batch_size", batchSize, 1);
            atLeast("hyperparameters.gradient_accumulation_steps", accumulation, 1);
            atLeast("hyperparameters.max_sequence_length", maxTokens, 2);
            atLeast("hyperparameters.checkpoint_every_steps", checkpointEvery, 1);
            atLeast("hyperparameters.report_every_steps", reportEvery, 1);
            if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
                throw new IllegalArgumentException("hyperparameters.learning_rate must be above 0: " + learningRate);
            }
            if (!(weightDecay >= 0) || !(maxGradientNorm >= 0)) {
                throw new IllegalArgumentException(
                        "hyperparameters.weight_decay and max_gradient_norm must be at least 0");
            }
        }
    }

    private static void atLeast(String field, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(field + " must be at least " + least + ": " + value);
        }
    }
}
