package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * AdaLoRA: a budget of ranks, allocated while training.
 *
 * @param ranks the budget's ends
 * @param alpha strength; 0: not set
 * @param dropout probability of dropping an input element
 * @param targets which modules
 * @param budget when the budget shrinks
 * @param worth how triplets are regularised and measured
 */
public record AdaLora(Ranks ranks, double alpha, double dropout, Targets targets, Budget budget, Worth worth)
        implements Method {
    private static final int DEFAULT_RANK = 8;
    private static final int MAX_STEPS = 1_000_000;

    public AdaLora {
        requireNonNull(ranks, "ranks");
        requireNonNull(targets, "targets");
        requireNonNull(budget, "budget");
        requireNonNull(worth, "worth");
    }

    /** Mean rank at the end, and every module's at the beginning; 0: not set. */
    public record Ranks(int target, int initial) {
        Ranks resolved() {
            int end = target == 0 ? DEFAULT_RANK : target;
            return new Ranks(end, initial == 0 ? Math.ceilDiv(3 * end, 2) : initial);
        }
    }

    /**
     * When the budget shrinks.
     *
     * @param initialSteps at the initial budget
     * @param finalSteps with fixed ranks, at the end
     * @param everySteps between two allocations; 0: not set
     */
    public record Budget(OptionalInt initialSteps, OptionalInt finalSteps, int everySteps) {
        public Budget {
            requireNonNull(initialSteps, "initialSteps");
            requireNonNull(finalSteps, "finalSteps");
        }

        void check(Check check, int maxSteps) {
            initialSteps.ifPresent(steps -> check.range("initial_steps", steps, 0, MAX_STEPS));
            finalSteps.ifPresent(steps -> check.range("final_steps", steps, 0, MAX_STEPS));
            check.range("allocation_every_steps", everySteps, 0, MAX_STEPS);
            if (maxSteps > 0 && (initialSteps.isPresent() || finalSteps.isPresent())) {
                Budget whole = resolved(maxSteps);
                long fixed = (long) whole.initialSteps.orElse(0) + whole.finalSteps.orElse(0);
                if (fixed >= maxSteps) {
                    check.wrong(
                            Code.INVALID_VALUE,
                            finalSteps.isPresent() ? "final_steps" : "initial_steps",
                            "leave no step in which the budget shrinks: initial and final steps are " + fixed + " of "
                                    + maxSteps);
                }
            }
        }

        /** With epochs alone the number of steps is the dataset's: the trainer works the shares out. */
        Budget resolved(int maxSteps) {
            return new Budget(
                    initialSteps.isPresent() || maxSteps == 0 ? initialSteps : OptionalInt.of(maxSteps / 10),
                    finalSteps.isPresent() || maxSteps == 0 ? finalSteps : OptionalInt.of(maxSteps / 5),
                    everySteps == 0 ? 1 : everySteps);
        }
    }

    /** Regularisers. */
    public enum Orthogonality {
        /** The tenant did not choose. */
        UNSET,
        /** The mean of the norms. */
        MEAN_NORM,
        /** The sum of their squares. */
        SUM_OF_SQUARES,
        /** A value that this version does not know. */
        UNKNOWN
    }

    /** Measures of importance. */
    public enum Importance {
        /** The tenant did not choose. */
        UNSET,
        /** Smoothed sensitivity times smoothed uncertainty. */
        SENSITIVITY_UNCERTAINTY,
        /** The step's sensitivity. */
        SENSITIVITY,
        /** The singular value's magnitude. */
        MAGNITUDE,
        /** The first, over LoRA's own doublets. */
        DOUBLETS,
        /** A value that this version does not know. */
        UNKNOWN
    }

    /**
     * How triplets are regularised and measured.
     *
     * @param weight of the regulariser
     * @param orthogonality which regulariser
     * @param importance which measure
     * @param beta1 smooths the sensitivity
     * @param beta2 smooths the uncertainty
     */
    public record Worth(
            OptionalDouble weight,
            Orthogonality orthogonality,
            Importance importance,
            OptionalDouble beta1,
            OptionalDouble beta2) {
        public Worth {
            requireNonNull(orthogonality, "orthogonality");
            requireNonNull(importance, "importance");
        }

        void check(Check check) {
            weight.ifPresent(value -> check.range("orthogonality_weight", value, 0, 1_000));
            if (orthogonality == Orthogonality.UNKNOWN) {
                check.wrong(
                        Code.INVALID_VALUE,
                        "orthogonality",
                        "is not known; use ORTHOGONALITY_MEAN_NORM or ORTHOGONALITY_SUM_OF_SQUARES");
            }
            if (importance == Importance.UNKNOWN) {
                check.wrong(
                        Code.INVALID_VALUE,
                        "importance",
                        "is not known; use IMPORTANCE_SENSITIVITY_UNCERTAINTY, _SENSITIVITY, _MAGNITUDE or _DOUBLETS");
            }
            beta1.ifPresent(value -> smoothing(check, "beta1", value));
            beta2.ifPresent(value -> smoothing(check, "beta2", value));
        }

        private static void smoothing(Check check, String field, double value) {
            if (!(value > 0 && value < 1)) {
                check.wrong(Code.OUT_OF_RANGE, field, "is " + value + "; use a number between 0 and 1");
            }
        }

        Worth resolved() {
            return new Worth(
                    OptionalDouble.of(weight.orElse(0.5)),
                    orthogonality == Orthogonality.UNSET ? Orthogonality.MEAN_NORM : orthogonality,
                    importance == Importance.UNSET ? Importance.SENSITIVITY_UNCERTAINTY : importance,
                    OptionalDouble.of(beta1.orElse(0.85)),
                    OptionalDouble.of(beta2.orElse(0.85)));
        }
    }

    @Override
    public String field() {
        return "adalora";
    }

    @Override
    public void check(Check check, Training training) {
        check.range("target_rank", ranks.target(), 0, Lora.MAX_RANK);
        targets.check(check);
        int least = ranks.resolved().target();
        if (ranks.initial() != 0 && (ranks.initial() < least || ranks.initial() > Lora.MAX_RANK)) {
            check.wrong(
                    Code.OUT_OF_RANGE,
                    "initial_rank",
                    "is " + ranks.initial() + "; use target_rank, " + least + ", to " + Lora.MAX_RANK
                            + " (0: the default)");
        }
        check.range("alpha", alpha, 0, Lora.MAX_ALPHA);
        check.dropout("dropout", dropout);
        budget.check(check, training.length().maxSteps());
        worth.check(check);
        if (training.batching().gradientCheckpointing()) {
            check.wrong(
                    Code.INVALID_VALUE,
                    "orthogonality",
                    "is of no use with hyperparameters.gradient_checkpointing, which does not go with this method");
        }
    }

    @Override
    public AdaLora resolved(Training training) {
        Ranks both = ranks.resolved();
        return new AdaLora(
                both,
                alpha == 0 ? 2.0 * both.initial() : alpha,
                dropout,
                targets.resolved(),
                budget.resolved(training.length().maxSteps()),
                worth.resolved());
    }

    @Override
    public double learningRate() {
        return 5e-4;
    }
}
