package dev.lorikeet.trainer.method;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.method.adalora.AdaLoraConfig;
import dev.lorikeet.engine.method.adalora.AdaLoraRanks;
import dev.lorikeet.engine.method.adalora.AdaLoraRules;
import dev.lorikeet.engine.method.adalora.BudgetSchedule;
import dev.lorikeet.engine.method.adalora.Importance;
import dev.lorikeet.engine.method.adalora.Orthogonality;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.proto.training.v1.AdaLoraMethod;
import java.util.Map;

/** Reads AdaLoRA's settings; those of its budget that are absent are shares of the run's steps. */
final class AdaLoraReader {
    private AdaLoraReader() {}

    /** The method of a request. */
    static EngineMethod read(AdaLoraMethod from, ModuleSelection modules, AdapterConfig.Origin origin) {
        AdaLoraRanks ranks = new AdaLoraRanks(from.getInitialRank(), from.getTargetRank(), from.getAlpha(), Map.of());
        Importance importance = new Importance(variant(from), from.getBeta1(), from.getBeta2());
        Orthogonality orthogonality = new Orthogonality(form(from), from.getOrthogonalityWeight());
        return new EngineMethod(
                "adalora", new OverSteps(from, ranks, new Choice(importance, orthogonality), modules, origin));
    }

    private record Choice(Importance importance, Orthogonality orthogonality) {}

    private record OverSteps(
            AdaLoraMethod from, AdaLoraRanks ranks, Choice choice, ModuleSelection modules, AdapterConfig.Origin origin)
            implements EngineMethod.Recipe {
        @Override
        public TrainableConfig config(BaseModel base, int steps) {
            AdaLoraRules rules = new AdaLoraRules(schedule(from, steps), choice.importance(), choice.orthogonality());
            return new AdaLoraConfig(ranks, rules, modules, from.getDropout(), origin);
        }
    }

    private static BudgetSchedule schedule(AdaLoraMethod from, int steps) {
        return new BudgetSchedule(
                from.hasInitialSteps() ? from.getInitialSteps() : steps / 10,
                from.hasFinalSteps() ? from.getFinalSteps() : steps / 5,
                from.getAllocationEverySteps(),
                steps);
    }

    private static Importance.Variant variant(AdaLoraMethod from) {
        return switch (from.getImportance()) {
            case IMPORTANCE_SENSITIVITY_UNCERTAINTY -> Importance.Variant.SMOOTHED;
            case IMPORTANCE_SENSITIVITY -> Importance.Variant.SENSITIVITY;
            case IMPORTANCE_MAGNITUDE -> Importance.Variant.MAGNITUDE;
            case IMPORTANCE_DOUBLETS -> Importance.Variant.DOUBLETS;
            case IMPORTANCE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("importance is not set, or one that this version does not know");
        };
    }

    private static Orthogonality.Form form(AdaLoraMethod from) {
        return switch (from.getOrthogonality()) {
            case ORTHOGONALITY_MEAN_NORM -> Orthogonality.Form.MEAN_NORM;
            case ORTHOGONALITY_SUM_OF_SQUARES -> Orthogonality.Form.SQUARED_SUM;
            case ORTHOGONALITY_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("orthogonality is not set, or one that this version does not know");
        };
    }
}
