package dev.lorikeet.scheduler.request;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.List;

/**
 * IA3: activations are multiplied by learned vectors.
 *
 * @param modules whose activations; empty: the trainer's choice for the base model
 * @param feedForward those among them whose inputs are multiplied, not their outputs
 * @param excluded names of modules that are left alone
 */
public record Ia3(List<String> modules, List<String> feedForward, List<String> excluded) implements Method {
    public Ia3 {
        modules = List.copyOf(modules);
        feedForward = List.copyOf(feedForward);
        excluded = List.copyOf(excluded);
    }

    @Override
    public String field() {
        return "ia3";
    }

    @Override
    public void check(Check check, Training training) {
        check.modules("target_modules", modules, "");
        check.modules("feedforward_modules", feedForward, "");
        if (!modules.containsAll(feedForward)) {
            check.wrong(Code.INVALID_VALUE, "feedforward_modules", "must all be among target_modules");
        }
        check.modules("exclude_modules", excluded, "");
    }

    @Override
    public Ia3 resolved(Training training) {
        return this;
    }

    @Override
    public double learningRate() {
        return 5e-3;
    }
}
