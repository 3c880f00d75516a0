package dev.lorikeet.engine.method.adalora;

/**
 * How many triplets the matrices of an adapter may keep together as training goes on (Zhang et al. 2023): all of them
 * while it warms up, then cubically fewer, then the target, its choice fixed. Steps t count from 0.
 *
 * <p>Where {@code finalSteps} is 0 the choice is made at the run's last step all the same, or the adapter would end above
 * its budget.
 *
 * @param warmUp no triplet is pruned while t is at most this (tinit)
 * @param finalSteps at the end, with the choice fixed (tfinal)
 * @param interval steps from one choice to the next (deltaT), at least 1
 * @param totalSteps of the run, or 0 for what the run has
 */
public record BudgetSchedule(int warmUp, int finalSteps, int interval, int totalSteps) {
    public BudgetSchedule {
        if (warmUp < 0 || finalSteps < 0 || totalSteps < 0) {
            throw new IllegalArgumentException("tinit " + warmUp + ", tfinal " + finalSteps + " and total_step "
                    + totalSteps + " must not be negative");
        }
        if (interval < 1) {
            throw new IllegalArgumentException("deltaT must be at least 1, not " + interval);
        }
        if (totalSteps > 0) {
            requirePruning(warmUp, finalSteps, totalSteps);
        }
    }

    /**
     * Checks that a run leaves time to prune.
     *
     * @throws IllegalArgumentException if its steps are not {@code totalSteps}, or all belong to warm-up and final phase
     */
    public void require(int steps) {
        if (totalSteps > 0 && totalSteps != steps) {
            throw new IllegalArgumentException("total_step is " + totalSteps + ", but the run has " + steps
                    + " steps: give the same, or leave it out");
        }
        requirePruning(warmUp, finalSteps, steps);
    }

    private static void requirePruning(int warmUp, int finalSteps, int steps) {
        if (warmUp >= (long) steps - finalSteps) {
            throw new IllegalArgumentException("tinit " + warmUp + " must be less than total_step - tfinal = " + steps
                    + " - " + finalSteps + ": no step is left to prune in");
        }
    }

    /** The step at which the choice is made for good. */
    private int lastChoice(int steps) {
        return Math.min(steps - finalSteps, steps - 1);
    }

    /**
     * Triplets to keep at a step.
     *
     * @param initial triplets of all matrices
     * @param target triplets at the end
     */
    public int budget(int t, int steps, int initial, int target) {
        if (t <= warmUp && t < lastChoice(steps)) {
            return initial;
        }
        if (t >= lastChoice(steps)) {
            return target;
        }
        double left = 1 - (double) (t - warmUp) / (steps - finalSteps - warmUp);
        return (int) ((initial - target) * (left * left * left) + target);
    }

    /** Whether sensitivities are still followed at a step. */
    public boolean follows(int t, int steps) {
        return t < steps - finalSteps;
    }

    /** Whether triplets are chosen after a step. */
    public boolean chooses(int t, int steps) {
        int last = lastChoice(steps);
        return t == last || (t > warmUp && t < last && t % interval == 0);
    }

    /** Whether the choice stands: made for good at this step or before. */
    public boolean fixed(int t, int steps) {
        return t >= lastChoice(steps);
    }
}
