package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.LoraMethod;
import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.scheduler.request.Lora;
import dev.lorikeet.scheduler.request.Targets;

/** Adapter methods between contract and core: one case a direction for each. */
final class MethodMapper {
    private MethodMapper() {}

    /** A method as it was sent; LoRA if none was chosen. */
    static dev.lorikeet.scheduler.request.Method toSpec(Method method) {
        return switch (method.getKindCase()) {
            case LORA -> lora(method.getLora());
            case KIND_NOT_SET -> Lora.UNSET;
        };
    }

    /** A method as it runs. */
    static Method toProto(dev.lorikeet.scheduler.request.Method method) {
        return switch (method) {
            case Lora lora -> Method.newBuilder().setLora(lora(lora)).build();
        };
    }

    private static Lora lora(LoraMethod lora) {
        return new Lora(
                new Lora.Scaling(
                        lora.getRank(),
                        lora.getAlpha(),
                        lora.getRankStabilized(),
                        lora.getRankPatternMap(),
                        lora.getAlphaPatternMap()),
                new Targets(
                        lora.getTargetModulesList(),
                        lora.getTargetPattern(),
                        lora.getExcludeModulesList(),
                        lora.getLayersToTransformList()),
                lora.getDropout());
    }

    private static LoraMethod lora(Lora lora) {
        Lora.Scaling scaling = lora.scaling();
        Targets targets = lora.targets();
        return LoraMethod.newBuilder()
                .setRank(scaling.rank())
                .setAlpha(scaling.alpha())
                .setRankStabilized(scaling.rankStabilized())
                .putAllRankPattern(scaling.ranks())
                .putAllAlphaPattern(scaling.alphas())
                .addAllTargetModules(targets.modules())
                .setTargetPattern(targets.pattern())
                .addAllExcludeModules(targets.excluded())
                .addAllLayersToTransform(targets.layers())
                .setDropout(lora.dropout())
                .build();
    }
}
