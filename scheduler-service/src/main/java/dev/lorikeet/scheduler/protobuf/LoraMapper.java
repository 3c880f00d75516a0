package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.LoraMethod;
import dev.lorikeet.scheduler.request.Lora;

/** LoRA and its relatives between contract and core. */
final class LoraMapper {
    private LoraMapper() {}

    static Lora toSpec(LoraMethod lora) {
        return new Lora(
                new Lora.Scaling(
                        lora.getRank(),
                        lora.getAlpha(),
                        lora.getRankStabilized(),
                        lora.getRankPatternMap(),
                        lora.getAlphaPatternMap()),
                TargetsMapper.toSpec(lora),
                lora.getDropout());
    }

    static LoraMethod toProto(Lora lora) {
        Lora.Scaling scaling = lora.scaling();
        return TargetsMapper.with(LoraMethod.newBuilder(), lora.targets())
                .setRank(scaling.rank())
                .setAlpha(scaling.alpha())
                .setRankStabilized(scaling.rankStabilized())
                .putAllRankPattern(scaling.ranks())
                .putAllAlphaPattern(scaling.alphas())
                .setDropout(lora.dropout())
                .build();
    }
}
