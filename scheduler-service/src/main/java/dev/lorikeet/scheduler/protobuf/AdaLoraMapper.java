package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.AdaLoraMethod;
import dev.lorikeet.proto.training.v1.Importance;
import dev.lorikeet.proto.training.v1.Orthogonality;
import dev.lorikeet.scheduler.request.AdaLora;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** AdaLoRA between contract and core. */
final class AdaLoraMapper {
    private AdaLoraMapper() {}

    static AdaLora toSpec(AdaLoraMethod from) {
        return new AdaLora(
                new AdaLora.Ranks(from.getTargetRank(), from.getInitialRank()),
                from.getAlpha(),
                from.getDropout(),
                TargetsMapper.toSpec(from),
                new AdaLora.Budget(
                        from.hasInitialSteps() ? OptionalInt.of(from.getInitialSteps()) : OptionalInt.empty(),
                        from.hasFinalSteps() ? OptionalInt.of(from.getFinalSteps()) : OptionalInt.empty(),
                        from.getAllocationEverySteps()),
                new AdaLora.Worth(
                        from.hasOrthogonalityWeight()
                                ? OptionalDouble.of(from.getOrthogonalityWeight())
                                : OptionalDouble.empty(),
                        orthogonality(from.getOrthogonality()),
                        importance(from.getImportance()),
                        from.hasBeta1() ? OptionalDouble.of(from.getBeta1()) : OptionalDouble.empty(),
                        from.hasBeta2() ? OptionalDouble.of(from.getBeta2()) : OptionalDouble.empty()));
    }

    static AdaLoraMethod toProto(AdaLora from) {
        AdaLoraMethod.Builder to = TargetsMapper.with(AdaLoraMethod.newBuilder(), from.targets())
                .setTargetRank(from.ranks().target())
                .setInitialRank(from.ranks().initial())
                .setAlpha(from.alpha())
                .setDropout(from.dropout())
                .setAllocationEverySteps(from.budget().everySteps())
                .setOrthogonality(orthogonality(from.worth().orthogonality()))
                .setImportance(importance(from.worth().importance()));
        from.budget().initialSteps().ifPresent(to::setInitialSteps);
        from.budget().finalSteps().ifPresent(to::setFinalSteps);
        from.worth().weight().ifPresent(to::setOrthogonalityWeight);
        from.worth().beta1().ifPresent(to::setBeta1);
        from.worth().beta2().ifPresent(to::setBeta2);
        return to.build();
    }

    private static AdaLora.Orthogonality orthogonality(Orthogonality from) {
        return switch (from) {
            case ORTHOGONALITY_UNSPECIFIED -> AdaLora.Orthogonality.UNSET;
            case ORTHOGONALITY_MEAN_NORM -> AdaLora.Orthogonality.MEAN_NORM;
            case ORTHOGONALITY_SUM_OF_SQUARES -> AdaLora.Orthogonality.SUM_OF_SQUARES;
            case UNRECOGNIZED -> AdaLora.Orthogonality.UNKNOWN;
        };
    }

    private static Orthogonality orthogonality(AdaLora.Orthogonality from) {
        return switch (from) {
            case UNSET, UNKNOWN -> Orthogonality.ORTHOGONALITY_UNSPECIFIED;
            case MEAN_NORM -> Orthogonality.ORTHOGONALITY_MEAN_NORM;
            case SUM_OF_SQUARES -> Orthogonality.ORTHOGONALITY_SUM_OF_SQUARES;
        };
    }

    private static AdaLora.Importance importance(Importance from) {
        return switch (from) {
            case IMPORTANCE_UNSPECIFIED -> AdaLora.Importance.UNSET;
            case IMPORTANCE_SENSITIVITY_UNCERTAINTY -> AdaLora.Importance.SENSITIVITY_UNCERTAINTY;
            case IMPORTANCE_SENSITIVITY -> AdaLora.Importance.SENSITIVITY;
            case IMPORTANCE_MAGNITUDE -> AdaLora.Importance.MAGNITUDE;
            case IMPORTANCE_DOUBLETS -> AdaLora.Importance.DOUBLETS;
            case UNRECOGNIZED -> AdaLora.Importance.UNKNOWN;
        };
    }

    private static Importance importance(AdaLora.Importance from) {
        return switch (from) {
            case UNSET, UNKNOWN -> Importance.IMPORTANCE_UNSPECIFIED;
            case SENSITIVITY_UNCERTAINTY -> Importance.IMPORTANCE_SENSITIVITY_UNCERTAINTY;
            case SENSITIVITY -> Importance.IMPORTANCE_SENSITIVITY;
            case MAGNITUDE -> Importance.IMPORTANCE_MAGNITUDE;
            case DOUBLETS -> Importance.IMPORTANCE_DOUBLETS;
        };
    }
}
