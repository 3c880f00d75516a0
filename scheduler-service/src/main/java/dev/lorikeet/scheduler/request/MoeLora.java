package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.OptionalDouble;

/**
 * MoE-LoRA: experts behind a gate.
 *
 * @param rank of every expert; 0: not set
 * @param alpha of every expert; 0: not set
 * @param dropout probability of dropping an input element
 * @param targets which modules
 * @param gate how experts are chosen
 */
public record MoeLora(int rank, double alpha, double dropout, Targets targets, Gate gate) implements Method {
    private static final int DEFAULT_RANK = 8;

    public MoeLora {
        requireNonNull(targets, "targets");
        requireNonNull(gate, "gate");
    }

    /**
     * How experts are chosen.
     *
     * @param experts of a module; 0: not set
     * @param topK that take part for a token; 0: not set
     * @param balance weight of the balance loss
     */
    public record Gate(int experts, int topK, OptionalDouble balance) {
        private static final int MAX_EXPERTS = 64;
        private static final int DEFAULT_EXPERTS = 8;
        private static final int DEFAULT_TOP_K = 2;

        void check(Check check) {
            if (experts != 0 && (experts < 2 || experts > MAX_EXPERTS)) {
                check.wrong(
                        Code.OUT_OF_RANGE,
                        "experts",
                        "is " + experts + "; use 2 to " + MAX_EXPERTS + " (0: the default)");
            }
            check.range("top_k", topK, 0, Math.max(1, resolved().experts()));
            balance.ifPresent(value -> check.range("balance_coefficient", value, 0, 100));
        }

        Gate resolved() {
            return new Gate(
                    experts == 0 ? DEFAULT_EXPERTS : experts,
                    topK == 0 ? DEFAULT_TOP_K : topK,
                    OptionalDouble.of(balance.orElse(0.001)));
        }
    }

    @Override
    public String field() {
        return "moe_lora";
    }

    @Override
    public void check(Check check, Training training) {
        check.range("rank", rank, 0, Lora.MAX_RANK);
        targets.check(check);
        check.range("alpha", alpha, 0, Lora.MAX_ALPHA);
        check.dropout("dropout", dropout);
        gate.check(check);
        if (training.batching().gradientCheckpointing()) {
            check.wrong(
                    Code.INVALID_VALUE,
                    "balance_coefficient",
                    "is of no use with hyperparameters.gradient_checkpointing, which does not go with this method");
        }
    }

    @Override
    public MoeLora resolved(Training training) {
        int width = rank == 0 ? DEFAULT_RANK : rank;
        return new MoeLora(width, alpha == 0 ? 2.0 * width : alpha, dropout, targets.resolved(), gate.resolved());
    }
}
