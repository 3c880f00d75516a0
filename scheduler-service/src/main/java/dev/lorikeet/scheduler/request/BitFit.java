package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;

/**
 * BitFit: biases and nothing else.
 *
 * @param targets of which modules
 */
public record BitFit(Targets targets) implements Method {
    public BitFit {
        requireNonNull(targets, "targets");
    }

    @Override
    public String field() {
        return "bitfit";
    }

    @Override
    public void check(Check check, Training training) {
        targets.check(check);
    }

    @Override
    public BitFit resolved(Training training) {
        return new BitFit(targets.resolved());
    }

    @Override
    public double learningRate() {
        return 1e-3;
    }
}
