package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Low-rank adaptation.
 *
 * @param scaling ranks and strengths
 * @param targets which modules
 * @param dropout probability of dropping an input element
 */
public record Lora(Scaling scaling, Targets targets, double dropout) implements Method {
    /** Nothing set. */
    public static final Lora UNSET = new Lora(Scaling.UNSET, Targets.UNSET, 0);

    static final int MAX_RANK = 256;
    static final double MAX_ALPHA = 65_536;
    private static final int DEFAULT_RANK = 8;

    public Lora {
        requireNonNull(scaling, "scaling");
        requireNonNull(targets, "targets");
    }

    /**
     * Ranks and strengths.
     *
     * @param rank rank of the factors; 0: not set
     * @param alpha alpha; 0: not set
     * @param rankStabilized whether the scaling is alpha / sqrt(rank)
     * @param ranks ranks of single modules by PEFT's patterns
     * @param alphas alphas of single modules by PEFT's patterns
     */
    public record Scaling(
            int rank, double alpha, boolean rankStabilized, Map<String, Integer> ranks, Map<String, Double> alphas) {
        /** Nothing set. */
        public static final Scaling UNSET = new Scaling(0, 0, false, Map.of(), Map.of());

        public Scaling {
            ranks = Collections.unmodifiableMap(new TreeMap<>(ranks));
            alphas = Collections.unmodifiableMap(new TreeMap<>(alphas));
        }

        /** Only a rank and an alpha. */
        public static Scaling of(int rank, double alpha) {
            return new Scaling(rank, alpha, false, Map.of(), Map.of());
        }

        void check(Check check) {
            check.range("rank", rank, 0, MAX_RANK);
            check.range("alpha", alpha, 0, MAX_ALPHA);
            check.patterns("rank_pattern", ranks);
            ranks.forEach((key, value) -> check.range("rank_pattern." + key, value, 1, MAX_RANK));
            check.patterns("alpha_pattern", alphas);
            alphas.forEach((key, value) -> check.range("alpha_pattern." + key, value, 1e-6, MAX_ALPHA));
        }

        Scaling resolved() {
            int width = rank == 0 ? DEFAULT_RANK : rank;
            return new Scaling(width, alpha == 0 ? 2.0 * width : alpha, rankStabilized, ranks, alphas);
        }
    }

    @Override
    public String field() {
        return "lora";
    }

    @Override
    public void check(Check check, Training training) {
        scaling.check(check);
        check.dropout("dropout", dropout);
        targets.check(check);
    }

    @Override
    public Lora resolved(Training training) {
        return new Lora(scaling.resolved(), targets.resolved(), dropout);
    }
}
