package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Low-rank adaptation.
 *
 * @param scaling ranks and strengths
 * @param targets which modules
 * @param dropout probability of dropping an input element
 * @param own what else is trained and stored with the adapter
 * @param initialisation what the factors begin as
 * @param base how the base model is held meanwhile
 */
public record Lora(Scaling scaling, Targets targets, double dropout, Own own, Initialisation initialisation, Base base)
        implements Method {
    /** Nothing set. */
    public static final Lora UNSET = new Lora(Scaling.UNSET, Targets.UNSET, 0);

    static final int MAX_RANK = 256;
    static final double MAX_ALPHA = 65_536;
    private static final int DEFAULT_RANK = 8;

    public Lora {
        requireNonNull(scaling, "scaling");
        requireNonNull(targets, "targets");
        requireNonNull(own, "own");
        requireNonNull(initialisation, "initialisation");
        requireNonNull(base, "base");
    }

    /** The factors alone, no choice of what they begin as, over the base model as it is. */
    public Lora(Scaling scaling, Targets targets, double dropout) {
        this(scaling, targets, dropout, Own.UNSET, Initialisation.UNSET, Base.UNSET);
    }

    /** Which of the base model's biases are trained too. */
    public enum Bias {
        /** The tenant did not choose. */
        UNSET,
        /** None. */
        NONE,
        /** All that the model has. */
        ALL,
        /** Those of the targeted modules. */
        LORA_ONLY,
        /** A value that this version does not know. */
        UNKNOWN
    }

    /** What the factors begin as. */
    public enum Initialisation {
        /** The tenant did not choose. */
        UNSET,
        /** A random, B zero. */
        ZERO,
        /** The weight's principal components. */
        PISSA,
        /** Parts of the weight's QR decomposition. */
        OLORA,
        /** A value that this version does not know. */
        UNKNOWN
    }

    /**
     * What an adapter has beside its factors.
     *
     * @param bias which of the base model's biases
     * @param modules names of modules that are trained whole
     * @param tokens ids of tokens whose embeddings are trained
     * @param biasOfB whether each B has a bias
     * @param magnitudes whether outputs have magnitudes of their own (DoRA)
     */
    public record Own(Bias bias, List<String> modules, List<Integer> tokens, boolean biasOfB, boolean magnitudes) {
        /** Nothing set. */
        public static final Own UNSET = new Own(Bias.UNSET, List.of(), List.of());

        /** With neither biases of B nor magnitudes. */
        public Own(Bias bias, List<String> modules, List<Integer> tokens) {
            this(bias, modules, tokens, false, false);
        }

        public Own {
            requireNonNull(bias, "bias");
            modules = List.copyOf(modules);
            tokens = List.copyOf(tokens);
        }

        void check(Check check) {
            if (bias == Bias.UNKNOWN) {
                check.wrong(Code.INVALID_VALUE, "bias", "is not known; use BIAS_NONE, BIAS_ALL or BIAS_LORA_ONLY");
            }
            if (biasOfB && magnitudes) {
                check.wrong(Code.INVALID_VALUE, "lora_bias", "is not possible together with dora");
            }
            check.modules("modules_to_save", modules, "");
            check.indices("trainable_tokens", "token", tokens, TrainableTokens.MAX_TOKEN);
        }

        Own resolved() {
            return new Own(bias == Bias.UNSET ? Bias.NONE : bias, modules, tokens, biasOfB, magnitudes);
        }
    }

    /** How the frozen base model's linear layers are held while an adapter trains. */
    public enum Base {
        /** The tenant did not choose. */
        UNSET,
        /** In the trainer's precision. */
        PLAIN,
        /** As NF4 codes (QLoRA). */
        NF4,
        /** A value that this version does not know. */
        UNKNOWN
    }

    /**
     * LoRA+: learning rates of the factors.
     *
     * @param ratio that of B over that of A; 0: plain LoRA
     * @param embeddingRate peak rate of an embedding's factors; 0: not set
     */
    public record Plus(double ratio, double embeddingRate) {
        /** Nothing set: one rate for all. */
        public static final Plus UNSET = new Plus(0, 0);

        private static final double DEFAULT_EMBEDDING_RATE = 1e-6;

        void check(Check check) {
            if (ratio != 0) {
                check.range("lora_plus_ratio", ratio, 1, 1_000);
            }
            check.range("lora_plus_embedding_rate", embeddingRate, 0, 1);
            if (embeddingRate > 0 && ratio == 0) {
                check.wrong(Code.INVALID_VALUE, "lora_plus_embedding_rate", "needs a lora_plus_ratio");
            }
        }

        Plus resolved() {
            return ratio == 0 ? this : new Plus(ratio, embeddingRate == 0 ? DEFAULT_EMBEDDING_RATE : embeddingRate);
        }
    }

    /**
     * Ranks, strengths and rates of the factors.
     *
     * @param rank rank of the factors; 0: not set
     * @param alpha alpha; 0: not set
     * @param rankStabilized whether the scaling is alpha / sqrt(rank)
     * @param ranks ranks of single modules by PEFT's patterns
     * @param alphas alphas of single modules by PEFT's patterns
     * @param plus LoRA+'s learning rates
     */
    public record Scaling(
            int rank,
            double alpha,
            boolean rankStabilized,
            Map<String, Integer> ranks,
            Map<String, Double> alphas,
            Plus plus) {
        /** Nothing set. */
        public static final Scaling UNSET = new Scaling(0, 0, false, Map.of(), Map.of());

        public Scaling {
            ranks = Collections.unmodifiableMap(new TreeMap<>(ranks));
            alphas = Collections.unmodifiableMap(new TreeMap<>(alphas));
            requireNonNull(plus, "plus");
        }

        /** With one learning rate for all. */
        public Scaling(
                int rank,
                double alpha,
                boolean rankStabilized,
                Map<String, Integer> ranks,
                Map<String, Double> alphas) {
            this(rank, alpha, rankStabilized, ranks, alphas, Plus.UNSET);
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
            return new Scaling(width, alpha == 0 ? 2.0 * width : alpha, rankStabilized, ranks, alphas, plus.resolved());
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
        own.check(check);
        if (initialisation == Initialisation.UNKNOWN) {
            check.wrong(
                    Code.INVALID_VALUE,
                    "initialisation",
                    "is not known; use INITIALISATION_ZERO, INITIALISATION_PISSA or INITIALISATION_OLORA");
        }
        if (base == Base.UNKNOWN) {
            check.wrong(
                    Code.INVALID_VALUE,
                    "base_quantization",
                    "is not known; use BASE_QUANTIZATION_NONE or BASE_QUANTIZATION_NF4");
        }
        if (own.magnitudes() && (initialisation == Initialisation.PISSA || initialisation == Initialisation.OLORA)) {
            check.wrong(Code.INVALID_VALUE, "dora", "is not possible with initialisation " + initialisation);
        }
        scaling.plus().check(check);
    }

    @Override
    public Lora resolved(Training training) {
        return new Lora(
                scaling.resolved(),
                targets.resolved(),
                dropout,
                own.resolved(),
                initialisation == Initialisation.UNSET ? Initialisation.ZERO : initialisation,
                base == Base.UNSET ? Base.PLAIN : base);
    }
}
