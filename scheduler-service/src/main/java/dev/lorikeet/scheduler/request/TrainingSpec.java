package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A wish to have an adapter trained: as it was sent (zero and empty mean "not set") or, once {@link RequestRules} has
 * resolved it, as it will run. Nothing is checked here, so that a check can name everything that is wrong.
 *
 * @param adapter name of the adapter that the result becomes a version of
 * @param baseModel name of the base model; empty for the default
 * @param dataset the examples
 * @param method how to adapt
 * @param training how to train
 * @param terms what is not about training itself
 */
public record TrainingSpec(
        String adapter, String baseModel, Dataset dataset, Method method, Training training, Terms terms) {
    public TrainingSpec {
        requireNonNull(adapter, "adapter");
        requireNonNull(baseModel, "baseModel");
        requireNonNull(dataset, "dataset");
        requireNonNull(method, "method");
        requireNonNull(training, "training");
        requireNonNull(terms, "terms");
    }

    /** Where the examples are. */
    public sealed interface Dataset {
        /** Nowhere: the field was not set. */
        record Unset() implements Dataset {}

        /** At an address that the tenant wrote. */
        record Uri(String uri) implements Dataset {
            public Uri {
                requireNonNull(uri, "uri");
            }
        }

        /** In the request itself, a line each. */
        record Inline(List<String> lines) implements Dataset {
            public Inline {
                lines = List.copyOf(lines);
            }
        }
    }

    /**
     * How training runs.
     *
     * @param length how long
     * @param batching how many examples at once
     * @param optimizer how weights move
     * @param validation what is held out
     * @param checkpointEverySteps optimizer steps between checkpoints; 0: not set
     * @param reportEverySteps optimizer steps between reports; 0: not set
     */
    public record Training(
            Length length,
            Batching batching,
            Optimizer optimizer,
            Validation validation,
            int checkpointEverySteps,
            int reportEverySteps) {
        /** Nothing set. */
        public static final Training UNSET =
                new Training(new Length(0, 0), new Batching(0, 0, 0, false), Optimizer.UNSET, Validation.UNSET, 0, 0);

        public Training {
            requireNonNull(length, "length");
            requireNonNull(batching, "batching");
            requireNonNull(optimizer, "optimizer");
            requireNonNull(validation, "validation");
        }
    }

    /**
     * What is held out of training, and what comes of it.
     *
     * @param split share of the examples; 0: none
     * @param everySteps optimizer steps between measurements; 0: not set
     * @param patience measurements without a new least loss after which training ends; 0: it does not
     */
    public record Validation(double split, int everySteps, int patience) {
        /** Nothing set. */
        public static final Validation UNSET = new Validation(0, 0, 0);
    }

    /** How long: passes over the dataset, or optimizer steps, which win; 0: not set. */
    public record Length(int epochs, int maxSteps) {}

    /**
     * What is computed at once; 0: not set.
     *
     * @param batchSize examples in a micro-batch
     * @param gradientAccumulationSteps micro-batches in a step
     * @param maxSequenceLength tokens in the longest example
     * @param gradientCheckpointing whether layers are computed again for the backward pass
     * @param packing whether examples share rows of the longest example's size
     */
    public record Batching(
            int batchSize,
            int gradientAccumulationSteps,
            int maxSequenceLength,
            boolean gradientCheckpointing,
            boolean packing) {
        /** Without packing. */
        public Batching(
                int batchSize, int gradientAccumulationSteps, int maxSequenceLength, boolean gradientCheckpointing) {
            this(batchSize, gradientAccumulationSteps, maxSequenceLength, gradientCheckpointing, false);
        }
    }

    /**
     * AdamW and its learning rate.
     *
     * @param learningRate peak rate; 0: not set
     * @param schedule how the rate moves after warm-up
     * @param warmupSteps steps of linear warm-up; absent in a resolved request: 3 % of all steps
     * @param weightDecay decoupled weight decay
     * @param maxGradientNorm largest global gradient norm; 0: no clipping
     */
    public record Optimizer(
            double learningRate,
            Schedule schedule,
            OptionalInt warmupSteps,
            OptionalDouble weightDecay,
            OptionalDouble maxGradientNorm) {
        /** Nothing set. */
        public static final Optimizer UNSET =
                new Optimizer(0, Schedule.UNSET, OptionalInt.empty(), OptionalDouble.empty(), OptionalDouble.empty());

        public Optimizer {
            requireNonNull(schedule, "schedule");
        }
    }

    /** Learning-rate schedules. */
    public enum Schedule {
        /** The tenant did not choose. */
        UNSET,
        /** Half a cosine down to zero. */
        COSINE,
        /** The peak rate throughout. */
        CONSTANT,
        /** A straight line down to zero. */
        LINEAR,
        /** A value that this version does not know. */
        UNKNOWN
    }

    /**
     * What is not about how it is trained.
     *
     * @param priority among the tenant's own jobs, higher runs first
     * @param seed seeds initialisation, data order and dropout
     * @param idempotencyKey the tenant's name for this wish; absent: the wish's content stands for it
     * @param metadata the tenant's own labels
     * @param labels names of the classes that the adapter is to tell apart; empty: those of the examples, if they have any
     */
    public record Terms(
            int priority,
            OptionalLong seed,
            Optional<String> idempotencyKey,
            Map<String, String> metadata,
            List<String> labels) {
        /** Nothing set. */
        public static final Terms UNSET = new Terms(0, OptionalLong.empty(), Optional.empty(), Map.of());

        public Terms {
            requireNonNull(seed, "seed");
            requireNonNull(idempotencyKey, "idempotencyKey");
            metadata = java.util.Collections.unmodifiableMap(new TreeMap<>(metadata));
            labels = List.copyOf(labels);
        }

        /** Without labels. */
        public Terms(int priority, OptionalLong seed, Optional<String> idempotencyKey, Map<String, String> metadata) {
            this(priority, seed, idempotencyKey, metadata, List.of());
        }
    }
}
